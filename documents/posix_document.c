#include "documents/document.h"

DOCUMENT(posix, .id = "posix",
         .title = "POSIX.1-2017 (IEEE Std 1003.1, Issue 7), System Interfaces",
         .edition = "2016 Edition",
         .where = "https://pubs.opengroup.org/onlinepubs/9699919799.2016edition/");
