#include "harness/idle.h"

#include "calls/clock.h"

#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

enum { LOOK_NANOSECONDS = 100000000 };

/* Ticks of the clock that all processors have had nothing to do; what waits for a disk counts as
 * such. -1: it is not told, or, as in sandboxes, made up of zeros. */
static long long ticks_idle(void)
{
    long long idle, waiting;
    FILE *file = fopen("/proc/stat", "re");
    if (!file)
        return -1;
    int found = fscanf(file, "cpu %*d %*d %*d %lld %lld", &idle, &waiting);
    fclose(file);
    return found == 2 && idle + waiting > 0 ? idle + waiting : -1;
}

bool machine_idles(void)
{
    static int64_t last;
    static long long ticks_then = -1;
    static bool idles = true;
    int64_t now = clock_now(), passed = now - last;
    if (passed < LOOK_NANOSECONDS)
        return idles;
    long long ticks = ticks_idle();
    int64_t tick = INT64_C(1000000000) / sysconf(_SC_CLK_TCK);
    idles = ticks < 0 || ticks_then < 0 || (ticks - ticks_then) * tick >= passed / 4;
    ticks_then = ticks;
    last = now;
    return idles;
}
