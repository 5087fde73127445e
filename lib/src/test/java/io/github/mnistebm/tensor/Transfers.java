package io.github.mnistebm.tensor;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.github.mnistebm.training.Adam;
import java.util.concurrent.atomic.AtomicInteger;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.loading.ClassReloadingStrategy;

/**
 * Counts what the engine copies between Java and the device. On a processor those are copies of memory, on a GPU they wait for it: a
 * loop without any on the one has none on the other.
 */
public final class Transfers {

    /** Public, since the engine's class counts here. */
    public static final AtomicInteger COUNT = new AtomicInteger();

    static {
        try {
            ByteBuddyAgent.install();
            new ByteBuddy()
                    .redefine(Class.forName("ai.djl.pytorch.jni.JniUtils"))
                    .visit(Advice.to(ToDevice.class).on(named("createNdFromByteBuffer")))
                    .visit(Advice.to(ToDevice.class).on(named("set")))
                    .visit(Advice.to(ToHost.class).on(named("getByteBuffer")))
                    .make()
                    .load(Transfers.class.getClassLoader(), ClassReloadingStrategy.fromInstalledAgent());
        } catch (ClassNotFoundException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Transfers() {}

    /** Runs something and counts. */
    public static int of(Runnable action) {
        COUNT.set(0);
        action.run();
        return COUNT.get();
    }

    /** Java values become an array. */
    public static final class ToDevice {
        private ToDevice() {}

        @Advice.OnMethodEnter
        static void enter() {
            COUNT.incrementAndGet();
        }
    }

    /** An array's values come to Java. */
    public static final class ToHost {
        private ToHost() {}

        @Advice.OnMethodEnter
        static void enter() {
            Transfers.countUnlessByAdam();
        }
    }

    /** Public, since the engine's class calls it. Adam works in the memory of arrays where that is Java's too, and only there. */
    public static void countUnlessByAdam() {
        boolean byAdam = StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getClassName().equals(Adam.class.getName())));
        if (!byAdam) {
            COUNT.incrementAndGet();
        }
    }
}
