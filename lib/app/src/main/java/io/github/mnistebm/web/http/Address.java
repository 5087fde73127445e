package io.github.mnistebm.web.http;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The address that a server binds to, looked up once, since a name may lead to another address at a later request.
 *
 * @param host the host as the user wrote it, in small letters and without brackets
 * @param resolved the address of the host
 */
public record Address(String host, InetAddress resolved) {

    private static final Pattern IPV4 = Pattern.compile("[0-9.]+");
    private static final Pattern IPV4_LOOPBACK = Pattern.compile("127(\\.(25[0-5]|2[0-4]\\d|1\\d\\d|\\d?\\d)){3}");

    /**
     * Looks up an address.
     *
     * @param host the host: a name, or an IPv4 or IPv6 address, the latter with or without brackets
     * @return the address
     * @throws UnknownHostException if the host is unknown; the message is for the user
     */
    public static Address of(String host) throws UnknownHostException {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        String name = withoutDot(bare);
        try {
            return new Address(name, InetAddress.getByName(name));
        } catch (UnknownHostException e) {
            UnknownHostException clearer = new UnknownHostException(
                    "--host " + host + ": expected an address of this machine, or a name of one, found no such name");
            clearer.initCause(e);
            throw clearer;
        }
    }

    private static String withoutDot(String host) {
        return host.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    }

    /** Returns whether other machines can reach it. */
    public boolean isPublic() {
        return !resolved.isLoopbackAddress();
    }

    /** Returns the address to bind to. */
    public String bound() {
        return resolved.getHostAddress();
    }

    /** Returns the host for a browser on this machine, with brackets if it is an IPv6 address. */
    public String inUri() {
        if (resolved.isAnyLocalAddress()) {
            return resolved instanceof Inet4Address ? "127.0.0.1" : "[::1]";
        }
        if (!host.contains(":") && !IPV4.matcher(host).matches()) {
            return host;
        }
        return resolved instanceof Inet4Address ? bound() : "[" + bound() + "]";
    }

    /**
     * Returns whether a request to a host is meant for this server. A server that only this machine reaches answers to the names of
     * this machine and to its own name, so that no page of another site can reach it, whatever address that site's name leads to.
     *
     * @param asked the host that a request names, with brackets if it is an IPv6 address
     */
    public boolean answersTo(String asked) {
        String name = withoutDot(asked);
        return isPublic() || name.equals("localhost") || name.equals(host) || isLoopback(name);
    }

    /** Returns whether a text is an address of this machine alone. Looks nothing up. */
    private static boolean isLoopback(String name) {
        if (!name.startsWith("[")) {
            return IPV4_LOOPBACK.matcher(name).matches();
        }
        try {
            return InetAddress.getByName(name).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
