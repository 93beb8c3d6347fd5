/* How a case's process ended; beside the record, in memory that the worker shares. */
#ifndef SOCKSPEC_ENDING_H
#define SOCKSPEC_ENDING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { OUTPUT_SIZE = 8192 };

struct ending {
    bool no_network;        /* it was not started: reason says why */
    bool no_implementation; /* since what is to be tested in that network did not come up */
    bool timed_out;
    bool stood_still;    /* nobody here was let run for a part of its time that matters */
    int status;          /* waitpid's; 0 of one that goes on */
    int64_t nanoseconds; /* from the order to the result, network included */
    double limit;        /* seconds that it had */
    char reason[1024];
    char output[OUTPUT_SIZE]; /* what it wrote to stdout and stderr: beginning and end */
    _Atomic pid_t first;      /* the worker's process, by who started it: 0: none; or FORKING */
    _Atomic unsigned queued;  /* counts while it waits for its turn to make a network */
};

#endif
