/* The file system of a worker: a working directory for each case, and files of /etc that are ours.
 *
 * Everything is in the mount namespace of the worker: nothing of the machine's own files is
 * changed, and it is all gone with the last process in there. */
#ifndef SOCKSPEC_FILES_H
#define SOCKSPEC_FILES_H

#include <stdbool.h>

/* Makes it, once in a worker that namespace_isolate() has isolated. What cannot be done is told by
 * files_missing(), here and in every process that is forked from here.
 *
 * What look-ups read then: /etc/hosts has localhost and, below sockspec.test, "four" (192.0.2.4),
 * "six" (2001:db8::6), "both" (192.0.2.7 and 2001:db8::7) and "several" (192.0.2.8 and 192.0.2.9),
 * each with its first word as an alias; /etc/services has some well-known services and
 * "sockspec-stream" (7001/tcp), "sockspec-datagram" (7002/udp), "sockspec-both" (7003), with the
 * aliases "sockstream", "sockdatagram" and "sockboth". There is no DNS server, and no cache of
 * another process is asked. */
void files_set_up(void);

/* Why something is not there, in words that a case can be skipped with; NULL if it is. It is "."
 * for the working directory, else a file: "/etc/hosts", or one that is none of ours. The text lives
 * forever. */
const char *files_missing(const char *what);

/* Makes an empty directory for a case and gives its path, which lives until the next one. NULL if
 * there is none to be had: files_missing(".") says why. */
const char *files_fresh(void);

/* Removes that directory with all that is in it. May be called by the process that called
 * files_fresh() or the one that forked it. Does nothing if there is none. */
void files_clear(void);

#endif
