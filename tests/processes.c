#include "tests/processes.h"

#include "calls/clock.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Reads what /proc says of a process; false if it is gone. */
static bool look(pid_t pid, struct process *process)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    if (length <= 0)
        return false;
    text[length] = '\0';
    const char *name = strchr(text, '('), *after = strrchr(text, ')');
    *process = (struct process){.pid = pid};
    if (!name || !after || sscanf(after, ") %c %d", &process->state, &process->parent) != 2)
        return false;
    snprintf(process->name, sizeof process->name, "%.*s", (int)(after - name - 1), name + 1);
    return true;
}

static int by_pid(const void *a, const void *b)
{
    return ((const struct process *)a)->pid - ((const struct process *)b)->pid;
}

const struct process *process_parent(const struct process *list, size_t count,
                                     const struct process *process)
{
    struct process parent = {.pid = process->parent};
    return bsearch(&parent, list, count, sizeof *list, by_pid);
}

static bool descends(const struct process *all, size_t count, const struct process *process,
                     pid_t ancestor)
{
    for (int generations = 0; process && generations < 64; generations++) {
        if (process->parent == ancestor)
            return true;
        process = process_parent(all, count, process);
    }
    return false;
}

size_t processes_of(pid_t ancestor, struct process *list, size_t room)
{
    static struct process all[PROCESSES];
    size_t count = 0, taken = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc && (entry = readdir(proc)) && count < PROCESSES;)
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
            count += look(atoi(entry->d_name), &all[count]);
    if (proc)
        closedir(proc);
    qsort(all, count, sizeof *all, by_pid);
    for (size_t i = 0; i < count && taken < room; i++)
        if (all[i].state != 'Z' && descends(all, count, &all[i], ancestor))
            list[taken++] = all[i];
    return taken;
}

bool process_find(pid_t ancestor, const char *name, struct process *found)
{
    static struct process list[PROCESSES];
    size_t count = processes_of(ancestor, list, PROCESSES);
    for (size_t i = 0; i < count; i++)
        if (strncmp(list[i].name, name, strlen(name)) == 0) {
            *found = list[i];
            return true;
        }
    return false;
}

bool process_signal(const struct process *process, int signal)
{
    struct process now;
    int fd = pidfd_open(process->pid, 0);
    /* The number could be another's by now; it cannot become another's while fd is open. */
    bool same = fd >= 0 && look(process->pid, &now) && now.state != 'Z' &&
                now.parent == process->parent && strcmp(now.name, process->name) == 0;
    bool sent = same && pidfd_send_signal(fd, signal, NULL, 0) == 0;
    if (fd >= 0)
        close(fd);
    return sent;
}

void processes_adopt(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* How many descend from us, but for a child and its own. */
static size_t count_others(pid_t except, bool tell)
{
    static struct process list[PROCESSES], excepted[PROCESSES];
    size_t others = 0, known = except ? processes_of(except, excepted, PROCESSES) : 0;
    size_t count = processes_of(getpid(), list, PROCESSES);
    for (size_t i = 0; i < count; i++) {
        bool is_other = list[i].pid != except;
        for (size_t k = 0; k < known && is_other; k++)
            is_other = list[i].pid != excepted[k].pid;
        others += is_other;
        if (is_other && tell)
            printf("\n    left: %d %s, %c\n", list[i].pid, list[i].name, list[i].state);
    }
    return others;
}

bool processes_await_end(pid_t except, int seconds)
{
    struct backoff backoff = backoff_begin(seconds * 1000);
    while (count_others(except, false) > 0)
        if (!backoff_wait(&backoff))
            return count_others(except, true) == 0;
    return true;
}
