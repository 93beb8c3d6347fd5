/* A door that writes down every call that passes, as strace would. */
#ifndef SOCKSPEC_TRANSCRIPT_H
#define SOCKSPEC_TRANSCRIPT_H

#include "harness/record.h"
#include "hosts/host.h"

/* Puts a transcript around the host's doors; calls go into the record. The record must outlive the
 * host. */
void transcript_attach(struct host *host, struct record *record);

/* The last call that this thread made through a transcript, or began and waited for, with its
 * result. */
const char *transcript_last(void);

/* Whether it asked for something that the implementation lacks. */
bool transcript_last_lacked(void);

/* Its operation; false if there was none. */
bool transcript_last_operation(enum operation *operation);

#endif
