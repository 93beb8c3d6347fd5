/* All that the code of a suite needs. */
#ifndef SOCKSPEC_SUITE_H
#define SOCKSPEC_SUITE_H

#include "calls/symbols.h"
#include "fixtures/line.h"
#include "fixtures/pattern.h"
#include "fixtures/sockets.h"
#include "fixtures/transfer.h"
#include "harness/rule.h"
#include "harness/test.h"
#include "hosts/files.h"
#include "hosts/lookup.h"
#include "hosts/readiness.h"
#include "suites/mutants.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#endif
