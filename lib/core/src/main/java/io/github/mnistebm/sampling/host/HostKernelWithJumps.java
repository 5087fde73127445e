package io.github.mnistebm.sampling.host;

import java.util.function.LongPredicate;

/** Steps of one kernel, with jumps of another in the place of some. */
final class HostKernelWithJumps extends HostKernel {
    private final HostKernel local;
    private final HostKernel jump;
    private final LongPredicate when;

    HostKernelWithJumps(HostKernel local, HostKernel jump, LongPredicate when) {
        super(local.energy());
        this.local = local;
        this.jump = jump;
        this.when = when;
    }

    @Override
    boolean jumps(long index) {
        return when.test(index);
    }

    @Override
    Stepper stepper(int lanes) {
        Stepper step = local.stepper(lanes);
        Stepper leap = jump.stepper(lanes);
        return (block, stepSize, index) -> (jumps(index) ? leap : step).step(block, stepSize, index);
    }
}
