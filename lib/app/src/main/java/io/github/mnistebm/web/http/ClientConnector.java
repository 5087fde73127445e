package io.github.mnistebm.web.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Accepts connections, and bounds the resources that slow clients can take. A client that keeps the server waiting for too long is
 * cut off, however steadily it sends or takes its bytes. If there are too many connections, the one that has kept the server waiting
 * longest makes room for the new one, so that no number of slow clients keeps others out.
 */
public final class ClientConnector extends ServerConnector {

    private final Limits limits;

    /**
     * The limits for clients.
     *
     * @param connections the number of connections of all clients together
     * @param connectionsOfAnAddress the number of connections of all clients with one address
     * @param patience the longest time for a request's head, for its body and the answer, and between two requests; the time that a
     *     client waits for its job is not counted
     */
    public record Limits(int connections, int connectionsOfAnAddress, Duration patience) {

        public static final Limits DEFAULT = new Limits(1024, 512, Duration.ofSeconds(20));
    }

    public ClientConnector(Server server, HttpConfiguration http, Limits limits) {
        super(server, new HttpConnectionFactory(http));
        this.limits = limits;
        // This class sets every time limit, since Jetty's own limit starts anew with each byte.
        setIdleTimeout(0);
        // The limit for connections that come at once. A client that finds no room in the queue tries again after a
        // second.
        setAcceptQueueSize(limits.connections());
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        return new ClientEndPoint(channel, selector, key, this);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        watch();
    }

    private void watch() {
        clients()
                .filter(client -> client.waited().compareTo(limits.patience()) > 0)
                .forEach(EndPoint::close);
        if (isRunning()) {
            getScheduler().schedule(this::watch, limits.patience().toMillis() / 10, TimeUnit.MILLISECONDS);
        }
    }

    private Stream<ClientEndPoint> clients() {
        return getConnectedEndPoints().stream().filter(EndPoint::isOpen).map(ClientEndPoint.class::cast);
    }

    @Override
    protected synchronized void onEndPointOpened(EndPoint opened) {
        super.onEndPointOpened(opened);
        InetAddress address = address(opened);
        makeRoom(clients().filter(client -> address.equals(address(client))).toList(), limits.connectionsOfAnAddress());
        makeRoom(clients().toList(), limits.connections());
    }

    private static void makeRoom(List<ClientEndPoint> clients, int most) {
        if (clients.size() > most) {
            clients.stream().max(Comparator.comparing(ClientEndPoint::waited)).ifPresent(EndPoint::close);
        }
    }

    private static InetAddress address(EndPoint client) {
        // The address is null once the client has gone.
        return client.getRemoteSocketAddress() instanceof InetSocketAddress socket
                ? socket.getAddress()
                : InetAddress.getLoopbackAddress();
    }
}
