package io.github.mnistebm.sampling;

/** {@link LangevinWithJumps} in plain loops. */
final class HostLangevinWithJumps extends HostKernel {
    private final HostKernel langevin;
    private final HostKernel jump;
    private final LangevinWithJumps turns;

    HostLangevinWithJumps(HostKernel langevin, HostKernel jump, LangevinWithJumps turns) {
        super(langevin.energy());
        this.langevin = langevin;
        this.jump = jump;
        this.turns = turns;
    }

    @Override
    boolean jumps(long index) {
        return turns.jumps(index);
    }

    @Override
    Stepper stepper(int lanes) {
        Stepper step = langevin.stepper(lanes);
        Stepper leap = jump.stepper(lanes);
        return (block, stepSize, index) -> (jumps(index) ? leap : step).step(block, stepSize, index);
    }
}
