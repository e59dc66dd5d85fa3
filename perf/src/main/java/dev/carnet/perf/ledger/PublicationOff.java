package dev.carnet.perf.ledger;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.MethodTransform;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Java agent that switches the publication of a running daemon's log off and on again: what a measurement compares with, in one process, whose code is compiled once. The product has no such switch, and
 * needs none. While it is off, entries are recorded as ever, and nobody waits for the log.
 */
public final class PublicationOff implements ClassFileTransformer {
    /** Options of the agent. */
    static final String OFF = "off";

    static final String ON = "on";

    private static final String PUBLISHER = "dev/carnet/daemon/merkle/Publisher";
    private static final String SWITCH = "carnet.perf.publication-off";
    private static final ClassDesc RUNNABLE = ClassDesc.of("java.lang.Runnable");

    private PublicationOff() {}

    /** The JVM's entry into an agent that comes late. */
    public static void agentmain(@Nullable String options, Instrumentation instrumentation) throws Exception {
        boolean first = System.getProperty(SWITCH) == null;
        System.setProperty(SWITCH, Boolean.toString(OFF.equals(options)));
        if (!first) {
            return;
        }
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
        try {
            return transformed(loader, classFile);
        } catch (RuntimeException | Error e) { // which the JVM would pass over
            e.printStackTrace();
            throw e;
        }
    }

    private static byte[] transformed(@Nullable ClassLoader loader, byte[] classFile) {
        ClassFile files =
                ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.defaultResolver()
                        .orElse(ClassHierarchyResolver.ofResourceParsing(
                                loader == null ? ClassLoader.getSystemClassLoader() : loader))));
        ClassTransform due = whereOff("signDue", code -> code.iconst_0().ireturn());
        ClassTransform covers = whereOff(
                "whenCovers",
                code -> code.aload(3)
                        .invokeinterface(RUNNABLE, "run", MethodTypeDesc.of(ConstantDescs.CD_void))
                        .return_());
        byte[] half = files.transformClass(files.parse(classFile), due); // both in a chain give back what they got
        return files.transformClass(files.parse(half), covers);
    }

    /** Gives a method another body for as long as publication is off. */
    private static ClassTransform whereOff(String method, Consumer<CodeBuilder> body) {
        return ClassTransform.transformingMethods(
                model -> model.methodName().equalsString(method), MethodTransform.transformingCode(new CodeTransform() {
                    @Override
                    public void atStart(CodeBuilder code) {
                        Label on = code.newLabel();
                        code.loadConstant(SWITCH)
                                .invokestatic(
                                        ConstantDescs.CD_Boolean,
                                        "getBoolean",
                                        MethodTypeDesc.of(ConstantDescs.CD_boolean, ConstantDescs.CD_String))
                                .ifeq(on);
                        body.accept(code);
                        code.labelBinding(on);
                    }

                    @Override
                    public void accept(CodeBuilder code, CodeElement element) {
                        code.with(element);
                    }
                }));
    }
}
