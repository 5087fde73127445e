package io.github.mnistebm.cli.bench;

import io.github.mnistebm.benchmark.Worker;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** A process of {@code bench}: does one work on demand. */
@Command(name = "worker", hidden = true, description = "Does one work of the benchmark again and again.")
final class BenchWorkerCommand implements Callable<Integer> {

    @Parameters(paramLabel = "WORK", description = "The work, in JSON.")
    private String work;

    @Override
    public Integer call() throws IOException {
        Worker.serve(work, System.in, System.out);
        return 0;
    }
}
