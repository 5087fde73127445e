package io.github.mnistebm.web;

import io.javalin.http.Context;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;

/**
 * A client's connection. While a request is being answered, it can look whether the client has gone away, which HTTP/1.1 tells by
 * nothing but the end of what the client sends. And it measures how long the client has kept the server waiting.
 */
final class ClientEndPoint extends SocketChannelEndPoint {

    private static final int AHEAD_BYTES = 1024;

    private final ClientConnector connector;

    /** The start of the client's next request, which was read in search of the end. */
    private final ByteBuffer ahead = BufferUtil.allocate(AHEAD_BYTES);

    private volatile long waitingSince = System.nanoTime();
    private volatile boolean waiting = true;

    ClientEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, ClientConnector connector) {
        super(channel, selector, key, connector.getScheduler());
        this.connector = connector;
    }

    /** Returns the connection that a request came by. */
    static ClientEndPoint of(Request request) {
        return (ClientEndPoint) request.getConnectionMetaData().getConnection().getEndPoint();
    }

    /** Returns the connection that a request came by. */
    static ClientEndPoint of(Context context) {
        return of(ServletContextRequest.getServletContextRequest(context.req()));
    }

    /** Gives the client its time anew, now that the head of a request has come, and again when it is answered. */
    static void timeFrom(Request request) {
        ClientEndPoint client = of(request);
        client.startTimer();
        Request.addCompletionListener(request, failure -> client.startTimer());
    }

    /** From now on it is the client that the server waits for: to send a request, or to take an answer. */
    void startTimer() {
        waitingSince = System.nanoTime();
        waiting = true;
    }

    /** From now on it is the client that waits. */
    void stopTimer() {
        waiting = false;
    }

    /** Returns how long the client has kept the server waiting: not at all if it is the client that waits. */
    Duration waited() {
        return waiting ? Duration.ofNanos(System.nanoTime() - waitingSince) : Duration.ZERO;
    }

    /**
     * Tells whether the client has closed the connection, or its own half of it, which cannot be told apart. A client that sends more
     * than a part of another request before it has been answered is not looked at any further. Must be called by the thread that
     * answers the request, after it has read the request's body.
     */
    boolean isGone() throws IOException {
        return BufferUtil.space(ahead) > 0 && super.fill(ahead) < 0;
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        return ahead.hasRemaining() ? BufferUtil.append(buffer, ahead) : super.fill(buffer);
    }

    @Override
    protected void needsFillInterest() {
        if (ahead.hasRemaining()) {
            connector.getExecutor().execute(getFillInterest()::fillable);
        } else {
            super.needsFillInterest();
        }
    }
}
