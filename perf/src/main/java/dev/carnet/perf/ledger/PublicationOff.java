package dev.carnet.perf.ledger;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Java agent after whose arrival a running daemon publishes no log any more: what a measurement compares with. The product has no such switch, and needs none. Entries are recorded as ever; nobody
 * waits for the log.
 */
public final class PublicationOff implements ClassFileTransformer {
    private static final String PUBLISHER = "dev/carnet/daemon/merkle/Publisher";
    private static final ClassDesc RUNNABLE = ClassDesc.of("java.lang.Runnable");

    private PublicationOff() {}

    /** The JVM's entry into an agent that comes late. */
    public static void agentmain(@Nullable String options, Instrumentation instrumentation) throws Exception {
        instrumentation.addTransformer(new PublicationOff(), true);
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            if (loaded.getName().replace('.', '/').equals(PUBLISHER)) {
                instrumentation.retransformClasses(loaded);
                return;
            }
        }
        throw new IllegalStateException("this is no daemon that publishes a log");
    }

    @Override
    public byte @Nullable [] transform(
            @Nullable ClassLoader loader,
            String name,
            @Nullable Class<?> redefined,
            @Nullable ProtectionDomain domain,
            byte[] classFile) {
        if (!PUBLISHER.equals(name)) {
            return null;
        }
        ClassFile files = ClassFile.of();
        ClassTransform due = body("signDue", code -> code.iconst_0().ireturn());
        ClassTransform covers = body(
                "whenCovers",
                code -> code.aload(3)
                        .invokeinterface(RUNNABLE, "run", MethodTypeDesc.of(ConstantDescs.CD_void))
                        .return_());
        return files.transformClass(files.parse(classFile), due.andThen(covers));
    }

    /** Gives a method another body. */
    private static ClassTransform body(String method, Consumer<CodeBuilder> body) {
        return (builder, element) -> {
            if (element instanceof MethodModel model && model.methodName().equalsString(method)) {
                builder.withMethodBody(
                        model.methodName(), model.methodType(), model.flags().flagsMask(), body);
            } else {
                builder.with(element);
            }
        };
    }
}
