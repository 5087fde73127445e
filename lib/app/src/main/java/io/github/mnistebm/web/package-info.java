/**
 * The server for browsers and for programs that speak HTTP: a page that draws digits, and the interface that the page uses,
 * described by {@code openapi.json}. Requests are checked on the server's threads; all computing is done by one thread, one job
 * after the other, so that each has the whole processor and none has to wait for more than those before it.
 *
 * <p>More than a dozen classes: one for each kind of request.
 */
package io.github.mnistebm.web;
