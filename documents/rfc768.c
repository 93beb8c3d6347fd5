/* RFC 768: the user interface, and the checksum. */
#include "documents/document.h"

DOCUMENT(rfc768, .id = "rfc768", .title = "RFC 768, User Datagram Protocol",
         .edition = "28 August 1980", .where = "https://www.rfc-editor.org/rfc/rfc768");

REQUIREMENTS(
    rfc768, "rfc768",
    {"rfc768.checksum", "Fields, Checksum", REQ_SHALL,
     "The checksum covers addresses, protocol, length, header and data."},
    {"rfc768.checksum-ones", "Fields, Checksum", REQ_SHALL,
     "A checksum that comes out as 0 is sent as all ones."},
    {"rfc768.no-checksum", "Fields, Checksum", REQ_SHALL,
     "A checksum of 0 says that the sender made none."},
    {"rfc768.new-receive-ports", "User Interface", REQ_SHOULD,
     "The user can make new ports to receive on."},
    {"rfc768.receive-returns-data", "User Interface", REQ_SHOULD,
     "Receiving on a port returns the data of a datagram."},
    {"rfc768.receive-indicates-source", "User Interface", REQ_SHOULD,
     "Receiving on a port tells from which port and address a datagram came."},
    {"rfc768.send-names-both-ends", "User Interface", REQ_SHOULD,
     "The user can send a datagram by giving its data and the ports and addresses of both ends."});
