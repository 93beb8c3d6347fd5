#include "stacks/vm/image.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* For PCI devices of virtio, in the order of their needs. */
static const char *const modules[] = {
    "drivers/virtio/virtio_ring",
    "drivers/virtio/virtio",
    "drivers/virtio/virtio_pci_modern_dev",
    "drivers/virtio/virtio_pci_legacy_dev",
    "drivers/virtio/virtio_pci",
    "net/core/failover",
    "drivers/net/net_failover",
    "drivers/net/virtio_net",
    "drivers/char/virtio_console",
    "net/ipv6/ipv6",
};
static const char *const suffixes[] = {".ko", ".ko.xz", ".ko.zst", ".ko.gz"};

static void find_module(struct image *image, const char *folder, const char *module)
{
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char *path = image->path[image->module_count], *name = image->name[image->module_count];
        int length = snprintf(path, PATH_MAX, "%s/kernel/%s%s", folder, module, suffixes[i]);
        if (length >= PATH_MAX || access(path, R_OK) != 0)
            continue;
        snprintf(name, sizeof image->name[0], "%.60s", strrchr(path, '/') + 1);
        image->module_count++;
        return;
    }
}

/* Where a package has the modules of its kernel. */
static bool usual_folder(const char *kernel, char *folder, size_t size)
{
    const char *name = strrchr(kernel, '/') ? strrchr(kernel, '/') + 1 : kernel;
    const char *version = strncmp(name, "vmlinuz-", 8) == 0 ? name + 8 : name;
    int length = snprintf(folder, size, "%.*s../lib/modules/%s", (int)(name - kernel), kernel,
                          version);
    return length < (int)size && access(folder, X_OK) == 0;
}

bool image_find(struct image *image, const char *argument, char *why, size_t size)
{
    static const char word[] = ",modules=";
    const char *comma = strstr(argument, word);
    size_t length = comma ? (size_t)(comma - argument) : strlen(argument);
    char folder[PATH_MAX] = "";
    struct stat file;
    *image = (struct image){.module_count = 0};
    if (length >= sizeof image->kernel || strlen(argument) >= sizeof folder) {
        snprintf(why, size, "the name of the kernel is too long");
        return false;
    }
    memcpy(image->kernel, argument, length);
    if (access(image->kernel, R_OK) != 0 || stat(image->kernel, &file) != 0 ||
        !S_ISREG(file.st_mode)) {
        snprintf(why, size, "%.150s: %s", image->kernel, errno ? strerror(errno) : "is no file");
        return false;
    }
    if (comma) {
        snprintf(folder, sizeof folder, "%s", comma + strlen(word));
        if (access(folder, X_OK) != 0) {
            snprintf(why, size, "%.150s: %s", folder, strerror(errno));
            return false;
        }
    } else if (!usual_folder(image->kernel, folder, sizeof folder)) {
        return true; /* all may be built in */
    }
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        find_module(image, folder, modules[i]);
    return true;
}
