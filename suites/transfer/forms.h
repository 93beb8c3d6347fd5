/* The calls that send and those that receive, each as one value of an axis, and as calls that can
 * be begun; and what cases about moving data share. */
#ifndef SOCKSPEC_FORMS_H
#define SOCKSPEC_FORMS_H

#include "hosts/message.h"
#include "suites/suite.h"

/* A case's own axis: which call it is about, as bits; 0: any of them. WITH_SEND... are the others'
 * names. */
#define SENDING(only_)   .axes = {{"call", {"send", "sendto", "sendmsg", "write", "writev"}, only_}}
#define RECEIVING(only_) .axes = {{"call", {"recv", "recvfrom", "recvmsg", "read", "readv"}, only_}}
enum { WITH_WRITEV = 16, WITH_READV = 16 };

/* Those that take flags. */
enum { WITH_FLAGS = 7 };

/* What a call of a form points to. It has to live as long as the call. */
struct transfer {
    struct block buffer;
    struct message message;
};

/* The call of the case's form, of the IUT. Those without flags do without them. */
struct call sending(const struct test *t, struct transfer *transfer, int fd, const void *data,
                    size_t size, int flags);
struct call receiving(const struct test *t, struct transfer *transfer, int fd, void *data,
                      size_t size, int flags);

/* Performs it, and gives what it returned. */
int send_as(struct test *t, int fd, const void *data, size_t size, int flags);
int receive_as(struct test *t, int fd, void *data, size_t size, int flags);

/* Observes what a receive on the IUT gave: the data, the error, or "0 bytes". */
void observe_came(struct test *t, int result, const void *data);

/* Two sockets of the variant's type (ANY_TYPE) that are connected to each other. */
struct ends {
    int iut, peer;
};
struct ends connected_ends(struct test *t);

/* Waits until what the peer has sent so far has arrived: what it sends now, to another socket of
 * the same type, comes after it on the same way. */
void await_witness(struct test *t);

/* Reads so many bytes of the pattern at the peer, from a position on: "all", or in words what came
 * instead. */
const char *peer_reads_pattern(struct test *t, int fd, size_t position, size_t size);

/* Reads as many bytes of the pattern at the peer as are there now, and gives how many. What is not
 * the pattern stays there. */
size_t peer_drains_pattern(struct test *t, int fd, size_t position);

/* Reads exactly so many bytes of a stream, or one datagram, at the peer: what came, as text. */
const char *peer_reads(struct test *t, int fd, size_t size);

/* What a call that took so many nanoseconds made of its time limit of so many milliseconds: "in
 * time", "too early" or "too late". Kernels count it in ticks of up to 10 milliseconds, and may be
 * one of them short; what rounds it up to half a second is late, and asked again, LATE_TRIES times
 * in all. */
const char *limit_kept(int64_t took, int limit);
bool is_late(int64_t took, int limit);

/* Waits until the IUT has caught so many signals of this number. */
void await_caught(struct test *t, int signal, int count);

#endif
