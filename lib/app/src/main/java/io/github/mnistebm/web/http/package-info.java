/**
 * The page's server as HTTP sees it: the address that it answers to, the limits for connections, the headers, the files of the page,
 * the bodies of requests, and the form of problems. Nothing here knows models or jobs.
 */
package io.github.mnistebm.web.http;
