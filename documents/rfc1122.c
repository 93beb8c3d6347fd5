/* RFC 1122, as far as hosts show it in IP datagrams, ICMP and UDP: of 3.2.1 what is done with a
 * datagram that is not as it should be, 3.2.2 ICMP, and 4.1 UDP. What 4.2 says of TCP is in RFC
 * 9293. */
#include "documents/document.h"

DOCUMENT(rfc1122, .id = "rfc1122",
         .title = "RFC 1122, Requirements for Internet Hosts -- Communication Layers",
         .edition = "October 1989, sections 3.2.1, 3.2.2 and 4.1",
         .where = "https://www.rfc-editor.org/rfc/rfc1122");

REQUIREMENTS(
    rfc1122_ip, "rfc1122",
    {"rfc1122.version", "3.2.1.1 Version Number", REQ_SHALL,
     "A datagram whose version is not 4 is discarded silently."},
    {"rfc1122.header-checksum", "3.2.1.2 Checksum", REQ_SHALL,
     "A datagram whose header checksum is wrong is discarded silently."},
    {"rfc1122.own-source", "3.2.1.3 Addressing", REQ_SHALL,
     "The source of what a host sends is one of its own addresses, and no broadcast or multicast "
     "address."},
    {"rfc1122.not-for-host", "3.2.1.3 Addressing", REQ_SHALL,
     "A datagram that is not for the host is discarded silently."},
    {"rfc1122.invalid-source", "3.2.1.3 Addressing", REQ_SHALL,
     "A datagram from an address that cannot be a source is discarded silently, by IP or by the "
     "transport."},
    {"rfc1122.ttl-not-zero", "3.2.1.7 Time-to-Live", REQ_SHALL,
     "No datagram is sent with a time to live of 0."},
    {"rfc1122.ttl-one-is-enough", "3.2.1.7 Time-to-Live", REQ_SHALL,
     "A datagram is not discarded because its time to live is below 2."},
    {"rfc1122.ttl-set", "3.2.1.7 Time-to-Live", REQ_SHALL,
     "The transport can set the time to live of each datagram."},
    {"rfc1122.unknown-options", "3.2.1.8 Options", REQ_SHALL,
     "IP and the transport ignore silently the IP options that they do not understand."});

REQUIREMENTS(
    rfc1122_icmp, "rfc1122",
    {"rfc1122.icmp-unknown-type", "3.2.2 ICMP", REQ_SHALL,
     "An ICMP message of an unknown type is discarded silently."},
    {"rfc1122.icmp-quote", "3.2.2 ICMP", REQ_SHALL,
     "An ICMP error has the IP header and at least the first 8 bytes behind it of the datagram "
     "that caused it, unchanged."},
    {"rfc1122.icmp-quote-more", "3.2.2 ICMP", REQ_MAY, "An ICMP error has more than 8 bytes of it.",
     .untestable = "both ways are right"},
    {"rfc1122.icmp-demultiplexed", "3.2.2 ICMP", REQ_SHALL,
     "The protocol of the header that an ICMP error quotes says which transport gets the error."},
    {"rfc1122.icmp-type-of-service", "3.2.2 ICMP", REQ_SHOULD,
     "An ICMP error is sent with a type of service of 0."},
    {"rfc1122.icmp-not-about-error", "3.2.2 ICMP", REQ_SHALL,
     "No ICMP error is sent about an ICMP error."},
    {"rfc1122.icmp-not-about-group", "3.2.2 ICMP", REQ_SHALL,
     "No ICMP error is sent about a datagram to a broadcast or multicast address."},
    {"rfc1122.icmp-not-about-link-broadcast", "3.2.2 ICMP", REQ_SHALL,
     "No ICMP error is sent about a datagram that came as a broadcast of the link."},
    {"rfc1122.icmp-not-about-fragment", "3.2.2 ICMP", REQ_SHALL,
     "No ICMP error is sent about a fragment that is not the first."},
    {"rfc1122.icmp-not-about-no-host", "3.2.2 ICMP", REQ_SHALL,
     "No ICMP error is sent about a datagram whose source is no single host: 0, loopback, "
     "broadcast, multicast, class E."},
    {"rfc1122.protocol-unreachable", "3.2.2.1 Destination Unreachable", REQ_SHOULD,
     "A host sends Protocol Unreachable.", .when = "it does not have the transport protocol"},
    {"rfc1122.port-unreachable", "3.2.2.1 Destination Unreachable", REQ_SHOULD,
     "A host sends Port Unreachable.",
     .when = "the transport has nobody for the datagram and no way of its own to say so"},
    {"rfc1122.unreachable-reported", "3.2.2.1 Destination Unreachable", REQ_SHALL,
     "Destination Unreachable is reported to the transport."},
    {"rfc1122.port-unreachable-as-rst", "3.2.2.1 Destination Unreachable", REQ_SHALL,
     "A transport that says by itself that a port is unreachable, as TCP does by a RST, takes an "
     "ICMP Port Unreachable for the same."},
    {"rfc1122.unreachable-is-a-hint", "3.2.2.1 Destination Unreachable", REQ_SHALL,
     "Destination Unreachable with code 0, 1 or 5 is no proof that the destination cannot be "
     "reached."},
    {"rfc1122.time-exceeded-reported", "3.2.2.4 Time Exceeded", REQ_SHALL,
     "Time Exceeded is passed to the transport."},
    {"rfc1122.parameter-problem-sent", "3.2.2.5 Parameter Problem", REQ_SHOULD,
     "A host sends Parameter Problem messages."},
    {"rfc1122.parameter-problem-reported", "3.2.2.5 Parameter Problem", REQ_SHALL,
     "Parameter Problem is passed to the transport."},
    {"rfc1122.parameter-problem-to-user", "3.2.2.5 Parameter Problem", REQ_MAY,
     "Parameter Problem is reported to the user.", .untestable = "both ways are right"});

REQUIREMENTS(
    rfc1122_udp, "rfc1122",
    {"rfc1122.udp-port-unreachable", "4.1.3.1 Ports", REQ_SHOULD, "UDP sends Port Unreachable.",
     .when = "nobody receives on the port of a datagram"},
    {"rfc1122.udp-options-up", "4.1.3.2 IP Options", REQ_SHALL,
     "UDP passes the IP options that it receives to the application."},
    {"rfc1122.udp-options-down", "4.1.3.2 IP Options", REQ_SHALL,
     "An application can give the IP options of its datagrams."},
    {"rfc1122.udp-errors-passed", "4.1.3.3 ICMP Messages", REQ_SHALL,
     "UDP passes every ICMP error that it receives to the application."},
    {"rfc1122.udp-checksums", "4.1.3.4 UDP Checksums", REQ_SHALL,
     "A host can make and check UDP checksums."},
    {"rfc1122.udp-checksum-optional", "4.1.3.4 UDP Checksums", REQ_MAY,
     "An application can have datagrams sent without a checksum."},
    {"rfc1122.udp-checksum-default", "4.1.3.4 UDP Checksums", REQ_SHALL,
     "Datagrams have a checksum unless an application wants none."},
    {"rfc1122.udp-checksum-wrong", "4.1.3.4 UDP Checksums", REQ_SHALL,
     "A datagram whose checksum is wrong and not 0 is discarded silently."},
    {"rfc1122.udp-checksum-missing", "4.1.3.4 UDP Checksums", REQ_MAY,
     "An application can say whether datagrams without a checksum are discarded or passed on."},
    {"rfc1122.udp-checksum-ones", "4.1.3.4 UDP Checksums, IMPLEMENTATION", REQ_SHALL,
     "A checksum that comes out as 0 is sent as 65535."},
    {"rfc1122.udp-destination-up", "4.1.3.5 UDP Multihoming", REQ_SHALL,
     "The address that a datagram was sent to is passed to the application."},
    {"rfc1122.udp-source-choice", "4.1.3.5 UDP Multihoming", REQ_SHALL,
     "An application can give the source address of a datagram, or leave it to the host."},
    {"rfc1122.udp-source-told", "4.1.3.5 UDP Multihoming", REQ_SHOULD,
     "An application can learn which source address was chosen."},
    {"rfc1122.udp-invalid-source", "4.1.3.6 Invalid Addresses", REQ_SHALL,
     "A datagram from an address that cannot be a source, such as a broadcast or multicast "
     "address, is discarded by UDP or IP."},
    {"rfc1122.udp-own-source", "4.1.3.6 Invalid Addresses", REQ_SHALL,
     "The source address of a datagram is one of the host's."},
    {"rfc1122.udp-ttl-and-tos", "4.1.4 UDP/Application Layer Interface", REQ_SHALL,
     "An application can set the time to live, the type of service and the IP options of a "
     "datagram, which UDP passes on as they are."},
    {"rfc1122.udp-tos-up", "4.1.4 UDP/Application Layer Interface", REQ_MAY,
     "The type of service that was received is passed to the application."});
