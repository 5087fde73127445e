package io.github.mnistebm.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Option;

/** The options that all jobs have. */
final class ClusterOptions {

    @Option(names = "--partitions", paramLabel = "N", defaultValue = "4", description = "Default: ${DEFAULT-VALUE}.")
    private int partitions;

    @Option(
            names = "--master",
            paramLabel = "URL",
            defaultValue = "local-cluster[2,1,2048]",
            description =
                    "The cluster. Default: ${DEFAULT-VALUE}, two processes of one core and 2 GiB on this machine.")
    private String master;

    @Option(names = "--model", paramLabel = "DIR", required = true, description = "The model's folder.")
    private Path model;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "A new folder for the results, which all executors see.")
    private Path out;

    int partitions() {
        return partitions;
    }

    /** Returns the model's folder, as an executor finds it in whatever folder it works. */
    Path model() {
        return model.toAbsolutePath();
    }

    /** Returns the folder for the results, which is new. */
    Path out() throws IOException {
        if (Files.exists(out)) {
            throw new IOException("--out " + out + ": exists already. Name a new folder");
        }
        return out.toAbsolutePath();
    }

    /** Returns the settings of a job whose tasks have a core, and PyTorch a thread, each. */
    SparkConf conf(String name) {
        return new SparkConf()
                .setAppName(name)
                .setMaster(master)
                .set("spark.ui.enabled", "false")
                .set("spark.task.cpus", "1")
                .set("spark.executorEnv.OMP_NUM_THREADS", "1")
                .set("spark.executor.memory", "1g")
                .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .set("spark.executor.extraJavaOptions", "-Dai.djl.offline=true -XX:ActiveProcessorCount=1");
    }
}
