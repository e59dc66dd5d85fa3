/** Shell completion and man pages, written by the build out of the model of the command line: what the command can do is said in one place. */
@NullMarked
package dev.carnet.client.pages;

import org.jspecify.annotations.NullMarked;
