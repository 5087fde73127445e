package io.github.mnistebm.cli;

import io.github.mnistebm.data.MnistDownload;
import io.github.mnistebm.io.DataFolder;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Fetches MNIST without npm; called by the launcher. */
@Command(name = "fetch-mnist", description = "Fetches MNIST from DJL's data set repository.", hidden = true)
final class FetchMnistCommand implements Callable<Integer> {

    @Override
    public Integer call() throws IOException {
        // The launcher keeps DJL offline otherwise.
        System.clearProperty("ai.djl.offline");
        MnistDownload.fetch(DataFolder.mnist());
        return 0;
    }
}
