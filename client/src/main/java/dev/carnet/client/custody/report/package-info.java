/** Custody as one HTML file that needs nothing else: {@link dev.carnet.client.custody.report.HtmlReport} is the door. */
@NullMarked
package dev.carnet.client.custody.report;

import org.jspecify.annotations.NullMarked;
