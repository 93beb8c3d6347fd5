/* RFC 5961: blind attacks on connections, and what a receiver does about them. Whether an
 * implementation takes a measure is its own choice, SHOULD for RST and SYN and MAY for data: the
 * MUSTs are steps of a measure, and count here as the measure does. */
#include "documents/document.h"

DOCUMENT(rfc5961, .id = "rfc5961",
         .title = "RFC 5961, Improving TCP's Robustness to Blind In-Window Attacks",
         .edition = "August 2010", .where = "https://www.rfc-editor.org/rfc/rfc5961");

REQUIREMENTS(
    rfc5961, "rfc5961",
    {"rfc5961.rst-outside", "3.2 Mitigation, 1", REQ_SHOULD,
     "A RST outside the receive window is dropped silently."},
    {"rfc5961.rst-exact", "3.2 Mitigation, 2", REQ_SHOULD,
     "A RST with the number expected next resets the connection."},
    {"rfc5961.rst-challenged", "3.2 Mitigation, 3", REQ_SHOULD,
     "A RST in the window with another number is answered by an ACK of the current numbers.",
     .when = "the state is not SYN-SENT"},
    {"rfc5961.rst-challenged-dropped", "3.2 Mitigation, 3", REQ_SHOULD,
     "A RST that was answered so has no other effect."},
    {"rfc5961.rst-after-challenge", "3.2 Mitigation", REQ_SHOULD,
     "A second RST, that has the number of the challenge, ends the connection."},
    {"rfc5961.rst-syn-sent", "3.2 Mitigation", REQ_SHOULD,
     "A RST counts if it acknowledges the SYN, and is dropped silently otherwise.",
     .when = "the state is SYN-SENT"},
    {"rfc5961.syn-challenged", "4.2 Mitigation, 1", REQ_SHOULD,
     "A SYN is answered by an ACK of the current numbers, whatever its own.",
     .when = "the state is synchronized"},
    {"rfc5961.syn-challenged-dropped", "4.2 Mitigation, 1", REQ_SHOULD,
     "A SYN that was answered so has no other effect.", .when = "the state is synchronized"},
    {"rfc5961.syn-peer-restarted", "4.2 Mitigation", REQ_SHOULD,
     "A RST with the number of the ACK that answered a SYN ends the connection."},
    {"rfc5961.ack-range", "5.2 Mitigation", REQ_MAY,
     "A segment is discarded and answered by an ACK if it acknowledges what was not sent, or "
     "something older than the largest window ever seen."},
    {"rfc5961.throttling", "7 ACK Throttling", REQ_SHOULD,
     "How many challenges are sent in a time has a limit."},
    {"rfc5961.throttling-tunable", "7 ACK Throttling", REQ_SHOULD,
     "An administrator can set that limit and that time.",
     .untestable = "it is about the system's administrator"});
