/* Numbers that only Linux's own headers define, which do not go with every C library: the same on
 * every machine that it runs on. Included after the platform's headers, by symbol_tables.c alone.
 */
#ifndef SOCKSPEC_SYMBOLS_LINUX_H
#define SOCKSPEC_SYMBOLS_LINUX_H

#include <time.h>

#ifndef SIOCINQ
#define SIOCINQ FIONREAD
#endif
#ifndef SIOCOUTQ
#define SIOCOUTQ TIOCOUTQ
#endif
#ifndef SIOCOUTQNSD
#define SIOCOUTQNSD 0x894b
#endif

/* A time that is longer than the machine's words has requests of its own. */
#ifndef SIOCGSTAMP
#define SIOCGSTAMP (sizeof(time_t) > sizeof(long) ? _IOR(0x89, 6, long long[2]) : 0x8906)
#endif
#ifndef SIOCGSTAMPNS
#define SIOCGSTAMPNS (sizeof(time_t) > sizeof(long) ? _IOR(0x89, 7, long long[2]) : 0x8907)
#endif

#ifndef CAP_DAC_OVERRIDE
#define CAP_DAC_OVERRIDE     1
#define CAP_KILL             5
#define CAP_SETGID           6
#define CAP_SETUID           7
#define CAP_NET_BIND_SERVICE 10
#define CAP_NET_ADMIN        12
#define CAP_NET_RAW          13
#endif

#endif
