package io.github.mnistebm.web.http;

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
 * A client's connection. It detects, while a request is answered, that the client has gone away; the only sign in HTTP/1.1 is the end
 * of the client's input. It also measures how long the client has kept the server waiting.
 */
public final class ClientEndPoint extends SocketChannelEndPoint {

    private static final int AHEAD_BYTES = 1024;

    private final ClientConnector connector;

    /** The start of the client's next request, which was read in search of the end of input. */
    private final ByteBuffer ahead = BufferUtil.allocate(AHEAD_BYTES);

    private volatile long waitingSince = System.nanoTime();
    private volatile boolean waiting = true;

    public ClientEndPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key, ClientConnector connector) {
        super(channel, selector, key, connector.getScheduler());
        this.connector = connector;
    }

    /** Returns the connection of a request. */
    static ClientEndPoint of(Request request) {
        return (ClientEndPoint) request.getConnectionMetaData().getConnection().getEndPoint();
    }

    /** Returns the connection of a request. */
    public static ClientEndPoint of(Context context) {
        return of(ServletContextRequest.getServletContextRequest(context.req()));
    }

    /** Starts the client's time anew, now that the head of a request has come, and again when the request is answered. */
    static void timeFrom(Request request) {
        ClientEndPoint client = of(request);
        client.startTimer();
        Request.addCompletionListener(request, failure -> client.startTimer());
    }

    /** Marks that the server waits for the client from now on: to send a request, or to take an answer. */
    public void startTimer() {
        waitingSince = System.nanoTime();
        waiting = true;
    }

    /** Marks that the client waits for the server from now on. */
    public void stopTimer() {
        waiting = false;
    }

    /** Returns the time for which the client has kept the server waiting; 0 if the client waits. */
    Duration waited() {
        return waiting ? Duration.ofNanos(System.nanoTime() - waitingSince) : Duration.ZERO;
    }

    /**
     * Returns whether the client has closed the connection or its own half of it; the two cannot be distinguished. Returns false for a
     * client that sends much of another request before it has its answer. Must be called by the thread that answers the request,
     * after it has read the request's body.
     */
    public boolean isGone() throws IOException {
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
