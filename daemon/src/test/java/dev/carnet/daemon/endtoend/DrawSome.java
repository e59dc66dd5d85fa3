package dev.carnet.daemon.endtoend;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** Of the tests of this class so many run, which {@link Draw} draws; those of a campaign do not count. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(DrawSome.Condition.class)
public @interface DrawSome {
    /** How many. */
    int value();

    /** Skips those that were not drawn. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (context.getTestMethod().isEmpty()) {
                return ConditionEvaluationResult.enabled("a class");
            }
            Class<?> tests = context.getRequiredTestClass();
            List<String> names = Arrays.stream(tests.getDeclaredMethods())
                    .filter(method -> AnnotationSupport.isAnnotated(method, Testable.class))
                    .filter(method -> !method.isAnnotationPresent(EnabledIfSystemProperty.class)) // of the campaign
                    .map(Method::getName)
                    .sorted()
                    .toList();
            int count = tests.getAnnotation(DrawSome.class).value();
            return Draw.of(names, count)
                            .contains(context.getRequiredTestMethod().getName())
                    ? ConditionEvaluationResult.enabled("drawn")
                    : ConditionEvaluationResult.disabled("not drawn: -Dcarnet.draw=all runs it");
        }
    }
}
