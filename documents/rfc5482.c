/* RFC 5482: the TCP User Timeout Option, by which one side tells the other its user timeout. To
 * have it is an implementation's own choice, and it is off unless something turns it on: what is
 * said of one that uses it is not to be seen where no call can turn it on. */
#include "documents/document.h"

DOCUMENT(rfc5482, .id = "rfc5482", .title = "RFC 5482, TCP User Timeout Option",
         .edition = "March 2009", .where = "https://www.rfc-editor.org/rfc/rfc5482");

#define OPERATION        "3 Operation"
#define CHANGING         "3.1 Changing the Local User Timeout"
#define RELIABLE         "3.2 UTO Option Reliability"
#define FORMAT           "3.3 Option Format"
#define RESERVED         "3.4 Reserved Option Values"
#define BOXES            "4.1 Middleboxes"
#define NO_CALL          "no call is documented that turns the option on"
#define IN_USE           "the option is on for the connection"
#define OWN_VALUE        "the value is the implementation's own, and a minute or more"
#define EXCLUDES_NOTHING "excludes nothing"

REQUIREMENTS(
    rfc5482, "rfc5482",
    {"rfc5482.user-timeout", "1 Introduction", REQ_SHALL,
     "The user timeout is how long data may be without acknowledgment until the connection is "
     "closed."},
    {"rfc5482.keep-alives-too", "1 Introduction", REQ_SHALL,
     "The connection is closed when the user timeout has passed, and nothing that was sent was "
     "acknowledged meanwhile, keep-alives neither."},
    {"rfc5482.advice", "1 Introduction", REQ_MAY, "TCP does not take what the option advises.",
     .untestable = EXCLUDES_NOTHING},
    {"rfc5482.turned-on", OPERATION, REQ_MAY,
     "The option is turned on for a connection, or for the system.", .untestable = NO_CALL},
    {"rfc5482.off", OPERATION ", ENABLED", REQ_SHALL,
     "The option is neither sent nor looked at, unless it was turned on.",
     .untestable = "a system can have turned it on"},
    {"rfc5482.changeable", OPERATION ", CHANGEABLE", REQ_SHALL,
     "A received option can change the user timeout until an application has set it.",
     .untestable = OWN_VALUE},
    {"rfc5482.advertised-default", OPERATION ", ADV_UTO", REQ_SHALL,
     "What is told is the system's user timeout, unless an application says otherwise.",
     .when = IN_USE, .untestable = NO_CALL},
    {"rfc5482.only-if-allowed", OPERATION, REQ_SHALL,
     "A received option changes the user timeout only if the option is on and the timeout can be "
     "changed.",
     .untestable = "a system can have turned it on"},
    {"rfc5482.application-decides", OPERATION, REQ_SHOULD,
     "The application decides whether received options may change the user timeout.",
     .untestable = "it is about applications"},
    {"rfc5482.set-explicitly", OPERATION, REQ_SHALL,
     "A user timeout that an application has set is changed by no received option."},
    {"rfc5482.in-handshake", OPERATION, REQ_SHALL, "The SYNs have the option.",
     .when = "it was turned on before the connection was opened", .untestable = NO_CALL},
    {"rfc5482.system-defaults", OPERATION, REQ_MAY, "The system has defaults for all that.",
     .untestable = "it is about the system's administrator"},
    {"rfc5482.first-after-syn", OPERATION, REQ_SHOULD,
     "The first segment without SYN has the option.", .when = IN_USE, .untestable = NO_CALL},
    {"rfc5482.next-after-change", OPERATION, REQ_SHOULD,
     "The next segment has the option when another user timeout is used.", .when = IN_USE,
     .untestable = NO_CALL},
    {"rfc5482.unknown-ignored", OPERATION, REQ_SHALL, "The option is ignored silently.",
     .when = "the implementation does not have it"},
    {"rfc5482.limits", OPERATION, REQ_SHALL, "The user timeout has an upper and a lower limit.",
     .untestable = "what they are is the implementation's own"},
    {"rfc5482.option-space", OPERATION, REQ_SHOULD,
     "Whether the options have room for it is considered before it is turned on.",
     .untestable = "it is about those who turn it on"},

    {"rfc5482.not-changed", CHANGING, REQ_SHALL,
     "The user timeout stays as it is, whatever option is received.",
     .when = "it cannot be changed"},
    {"rfc5482.told", CHANGING, REQ_SHOULD, "The application is told what the other side says.",
     .when = "the user timeout cannot be changed", .untestable = "no call is documented that does"},
    {"rfc5482.adjusted", CHANGING, REQ_SHOULD, "The user timeout follows a received option.",
     .when = "the option is on and the timeout can be changed", .untestable = OWN_VALUE},
    {"rfc5482.short-considered", CHANGING, REQ_SHOULD,
     "Applications consider what a short user timeout does.",
     .untestable = "it is about applications"},
    {"rfc5482.values-limited", CHANGING, REQ_SHALL,
     "There are limits to the user timeouts that are taken and used.",
     .untestable = "what they are is the implementation's own"},
    {"rfc5482.formula", CHANGING, REQ_SHOULD,
     "The user timeout is the larger of what both sides said, within the limits.",
     .when = "it can be changed", .untestable = OWN_VALUE},
    {"rfc5482.limits-anywhere", CHANGING, REQ_MAY,
     "The limits are the system's, or of a host, a user, an interface or a connection.",
     .untestable = EXCLUDES_NOTHING},
    {"rfc5482.limits-follow", CHANGING, REQ_MAY,
     "The limits follow how much of the system is in use, or whether it is attacked.",
     .untestable = EXCLUDES_NOTHING},
    {"rfc5482.lower-limit", CHANGING, REQ_SHOULD, "The lower limit is 100 seconds or more.",
     .when = "the limits are those of the recommended scheme"},
    {"rfc5482.above-retransmission", CHANGING, REQ_SHALL,
     "The lower limit is more than the retransmission timeout of the connection.",
     .untestable = "what it is is the implementation's own"},

    {"rfc5482.later-segments", RELIABLE, REQ_SHALL,
     "The option does not change how later segments are processed."},
    {"rfc5482.sent-again", RELIABLE, REQ_MAY,
     "The option is sent again with the segment that had it, or with an octet or its ACK.",
     .untestable = NO_CALL},
    {"rfc5482.unreliable", RELIABLE, REQ_SHALL, "Nobody takes it that an option has arrived.",
     .untestable = "what an implementation takes for granted is not seen"},
    {"rfc5482.synchronized", FORMAT, REQ_SHALL,
     "The user timeout of an option is for the synchronized states but TIME-WAIT.",
     .untestable = OWN_VALUE},
    {"rfc5482.other-states", FORMAT, REQ_SHALL,
     "In other states the timeouts are those that RFC 793 and RFC 1122 have by default."},
    {"rfc5482.kind", FORMAT, REQ_SHALL, "The option's kind is 28.", .untestable = NO_CALL},
    {"rfc5482.length", FORMAT, REQ_SHALL, "The option's length is 4."},
    {"rfc5482.granularity", FORMAT, REQ_SHALL,
     "The value is minutes where the first bit is set, and seconds where it is not.",
     .untestable = OWN_VALUE},
    {"rfc5482.value", FORMAT, REQ_SHALL, "The value is a number of 15 bits without a sign.",
     .untestable = OWN_VALUE},
    {"rfc5482.zero-not-sent", RESERVED, REQ_SHALL, "An option with the value 0 is not sent."},
    {"rfc5482.zero-ignored", RESERVED, REQ_SHALL,
     "An option with the value 0 is ignored, of minutes or of seconds."},

    {"rfc5482.unknown-ignored-anywhere", BOXES, REQ_SHALL, "The option is ignored silently.",
     .when = "the implementation does not have it"},
    {"rfc5482.lost-turned-off", BOXES, REQ_SHOULD, "The option is turned off for a connection.",
     .when = "segments with it are lost again and again", .untestable = NO_CALL},
    {"rfc5482.reset-opened-again", BOXES, REQ_MAY,
     "A connection that was reset is opened again without the option.",
     .when = "no data was exchanged", .untestable = NO_CALL},
    {"rfc5482.keep-alive-later", "4.2 TCP Keep-Alives", REQ_SHALL,
     "The keep-alive timer is set to more than the user timeout.",
     .when = "the connection has keep-alives, and the option is on", .untestable = NO_CALL},
    {"rfc5482.calls", "5 Programming and Manageability Considerations", REQ_MAY,
     "Calls turn the option on and set what it says.", .untestable = EXCLUDES_NOTHING},
    {"rfc5482.trust-first", "6 Security Considerations", REQ_MAY,
     "Long user timeouts are taken only of those who are known, or of some of a host's "
     "connections, or shorter in need.",
     .untestable = EXCLUDES_NOTHING});
