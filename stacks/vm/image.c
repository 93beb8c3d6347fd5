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
    int length =
        snprintf(folder, size, "%.*s../lib/modules/%s", (int)(name - kernel), kernel, version);
    return length < (int)size && access(folder, X_OK) == 0;
}

/* Takes one "name=value" behind the kernel. */
static bool take_option(struct image *image, char *option, char *folder, char *why, size_t size)
{
    char *value = strchr(option, '=');
    size_t length = value ? (size_t)(value - option) : 0;
    if (length == 7 && strncmp(option, "modules", length) == 0) {
        snprintf(folder, PATH_MAX, "%s", value + 1);
        return true;
    } else if (length == 5 && strncmp(option, "accel", length) == 0 &&
               (strcmp(value + 1, "kvm") == 0 || strcmp(value + 1, "tcg") == 0)) {
        snprintf(image->accelerator, sizeof image->accelerator, "%s", value + 1);
        return true;
    } else {
        snprintf(why, size, "'%.100s' is none of modules=DIR, accel=kvm, accel=tcg", option);
    }
    return false;
}

/* Takes the argument apart, whatever there is of what it names. */
static bool image_parse(struct image *image, const char *argument, char folder[PATH_MAX], char *why,
                        size_t size)
{
    char text[PATH_MAX], *rest = NULL;
    *folder = '\0';
    *image = (struct image){.module_count = 0};
    if (snprintf(text, sizeof text, "%s", argument) >= (int)sizeof text) {
        snprintf(why, size, "the name of the kernel is too long");
        return false;
    }
    const char *kernel = strtok_r(text, ",", &rest);
    snprintf(image->kernel, sizeof image->kernel, "%s", kernel ? kernel : "");
    for (char *option; (option = strtok_r(NULL, ",", &rest));)
        if (!take_option(image, option, folder, why, size))
            return false;
    return true;
}

bool image_accepts(const char *argument, char *why, size_t size)
{
    struct image image;
    char folder[PATH_MAX];
    return image_parse(&image, argument, folder, why, size);
}

bool image_find(struct image *image, const char *argument, char *why, size_t size)
{
    char folder[PATH_MAX];
    struct stat file;
    if (!image_parse(image, argument, folder, why, size))
        return false;
    if (access(image->kernel, R_OK) != 0 || stat(image->kernel, &file) != 0) {
        snprintf(why, size, "%.150s: %s", image->kernel, strerror(errno));
        return false;
    }
    if (!S_ISREG(file.st_mode)) {
        snprintf(why, size, "%.150s is no file", image->kernel);
        return false;
    }
    if (folder[0] && access(folder, X_OK) != 0) {
        snprintf(why, size, "%.150s: %s", folder, strerror(errno));
        return false;
    }
    if (!folder[0] && !usual_folder(image->kernel, folder, sizeof folder))
        return true; /* all may be built in */
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        find_module(image, folder, modules[i]);
    return true;
}
