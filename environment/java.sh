# shellcheck shell=bash
# Sourced by environment/run: finds a Java Development Kit, and starts Java programs on it.

# The launcher runs Java without a user's settings for other programs: "Picked up JAVA_TOOL_OPTIONS: …" would be mistaken for an answer.
JAVA_VARIABLES="JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS JDK_JAVAC_OPTIONS _JAVA_OPTIONS"

# resolved FILE: prints the file at the end of a chain of symbolic links (only GNU has readlink -f).
resolved() {
    local file=$1 target
    while target=$(readlink "$file"); do
        case $target in
            /*) file=$target ;;
            *) file=$(dirname "$file")/$target ;;
        esac
    done
    printf '%s\n' "$file"
}

# java_version JAVAC: prints 17 for 17.0.2, 8 for 1.8.0_402, 26 for 26-ea; nothing if javac does not say.
java_version() {
    local line release pattern='^(javac |JAVA_VERSION=")(1\.)?([0-9]+)'
    [[ -x $1 ]] || return 0
    # A JDK has the version in a file too, which is quick to read.
    release=$(dirname "$(dirname "$(resolved "$1")")")/release
    while read -r line; do
        if [[ $line =~ $pattern ]]; then
            echo "${BASH_REMATCH[3]}"
            return
        fi
    done < <(
        # shellcheck disable=SC2086  # a list of names
        unset $JAVA_VARIABLES
        if [[ -r $release ]]; then cat "$release"; else "$1" -version 2>&1; fi
    )
}

# find_java LEAST [MOST]: makes the first JDK of such a version the one of Maven, of the notebooks' kernel and of every command:
# that of JAVA_HOME, those of the PATH, and those that lie where systems install them.
find_java() {
    local javac version home
    while read -r javac; do
        version=$(java_version "$javac")
        if [[ -n $version ]] && ((version >= $1 && version <= ${2:-$version})); then
            home=$(dirname "$(dirname "$(resolved "$javac")")")
            if [[ -e $home/release ]]; then
                export JAVA_HOME=$home PATH=$home/bin:$PATH
            else
                # This is a script that chooses a JDK, such as that of jenv.
                unset JAVA_HOME
                PATH=$(dirname "$javac"):$PATH
            fi
            return 0
        fi
    done < <(
        [[ -z ${JAVA_HOME:-} ]] || echo "$JAVA_HOME/bin/javac"
        type -aP javac || true
        ls -d /usr/lib/jvm/*/bin/javac /Library/Java/JavaVirtualMachines/*/Contents/Home/bin/javac 2>/dev/null || true
    )
    return 1
}

# use_utf8: sets a UTF-8 locale. Java names files in the locale's character set, which is ASCII in the locales C and POSIX.
use_utf8() {
    local locale
    command -v locale >/dev/null || return 0
    [[ $(locale charmap 2>/dev/null) != UTF-8 ]] || return 0
    for locale in C.UTF-8 C.utf8 en_US.UTF-8; do
        if [[ $(env "LC_ALL=$locale" locale charmap 2>/dev/null) == UTF-8 ]]; then
            export LC_ALL=$locale
            return 0
        fi
    done
}

# read_java_env: reads environment/java.env into this shell's environment, and the options into `quiet` and `jvm`.
read_java_env() {
    local line
    while read -r line; do
        case $line in
            '' | '#'*) ;;
            QUIET_OPTIONS=*) read -ra quiet <<<"${line#*=}" ;;
            JVM_OPTIONS=*) read -ra jvm <<<"${line#*=}" ;;
            *) export "${line?}" ;;
        esac
    done <"$ROOT/environment/java.env"
}

run_maven() {
    local quiet jvm
    (
        read_java_env
        cd "$ROOT"
        # jansi.noreset: Maven would end by resetting colours that it has not set.
        MAVEN_OPTS="${quiet[*]} -Djansi.noreset=true ${MAVEN_OPTS:-}" exec mvn -B -ntp -Dstyle.color=never "$@"
    )
}

# archived_as: prints the key of an archive of classes, which fits one place, one JDK and one library; nothing if the JDK is unknown.
archived_as() {
    if [[ -n ${JAVA_HOME:-} && -r $JAVA_HOME/release ]]; then
        printf '%s\n' "$ROOT" "$JAVA_HOME"
        cat "$JAVA_HOME/release" "$BUILT"
    fi
}

# Starts the library in place of this shell, as environment/java.env says.
exec_java() {
    local quiet jvm archive=() key
    # An archive of the classes in the form of the virtual machine makes each start faster. The first infer writes it.
    # CompileThresholdScaling: code that runs a thousand times during the start is not worth compiling well.
    key=$(archived_as)
    if [[ -n $key && $CLASSES -nt $JAR && -e $CLASSES.key && $(<"$CLASSES.key") == "$key" ]]; then
        archive=("-XX:SharedArchiveFile=$CLASSES" -Dmnistebm.skipDestructors=true -XX:CompileThresholdScaling=4)
    elif [[ -n $key && $1 == infer && -w $(dirname "$CLASSES") ]]; then
        rm -f "$CLASSES" "$CLASSES.key"
        printf '%s\n' "$key" >"$CLASSES.key"
        archive=("-XX:ArchiveClassesAtExit=$CLASSES")
    fi
    read_java_env
    exec java "${quiet[@]}" "${jvm[@]}" ${archive[@]+"${archive[@]}"} -Xlog:cds=off -Xlog:cds+dynamic=off \
        "-Dmnistebm.data=$ROOT/data" -cp "$JAR:$DEPENDENCIES/*" io.github.mnistebm.cli.Main "$@"
}

# Starts a job on Spark, which needs its jars in a folder of its own, and access to Java's internal packages.
exec_spark() {
    local quiet jvm package job=SparkDigits options=(-Dai.djl.offline=true "-Dmnistebm.data=$ROOT/data")
    if [[ ${1:-} == score ]]; then
        job=SparkScores
        shift
    fi
    find_java 17 23 || die "Spark 3.5 needs a Java Development Kit of version 17 to 23: Java 24 took away what its Hadoop calls"
    for package in lang lang.invoke lang.reflect io net nio util util.concurrent util.concurrent.atomic; do
        options+=("--add-opens=java.base/java.$package=ALL-UNNAMED")
    done
    for package in nio.ch nio.cs security.action util.calendar; do
        options+=("--add-opens=java.base/sun.$package=ALL-UNNAMED")
    done
    read_java_env
    export SPARK_HOME=$SPARK/target SPARK_SCALA_VERSION=2.13
    # The executors of a cluster run elsewhere, and need the driver's address in their network.
    if [[ " $*" != *' --master'[\ =]* || " $*" == *' --master'[\ =]local* ]]; then
        export SPARK_LOCAL_IP=127.0.0.1
    fi
    exec java "${quiet[@]}" "${options[@]}" -cp "$SPARK/target/mnist-ebm-spark.jar:$SPARK/target/jars/*" \
        "io.github.mnistebm.spark.$job" --model "$ROOT/data/pretrained" "$@"
}
