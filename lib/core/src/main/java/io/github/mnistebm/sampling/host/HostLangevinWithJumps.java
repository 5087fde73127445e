package io.github.mnistebm.sampling.host;

import java.util.function.LongPredicate;

/** Steps of one kernel, with jumps of another in the place of some. */
final class HostLangevinWithJumps extends HostKernel {
    private final HostKernel langevin;
    private final HostKernel jump;
    private final LongPredicate when;

    HostLangevinWithJumps(HostKernel langevin, HostKernel jump, LongPredicate when) {
        super(langevin.energy());
        this.langevin = langevin;
        this.jump = jump;
        this.when = when;
    }

    @Override
    boolean jumps(long index) {
        return when.test(index);
    }

    @Override
    Stepper stepper(int lanes) {
        Stepper step = langevin.stepper(lanes);
        Stepper leap = jump.stepper(lanes);
        return (block, stepSize, index) -> (jumps(index) ? leap : step).step(block, stepSize, index);
    }
}
