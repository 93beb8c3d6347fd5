/* Which type the value of an option, of control data or of a request of ioctl() has. A length that
 * is the size of another type which is taken as well chooses that one (IP_MULTICAST_IF). What is
 * not known is an int if it is as long as one, else bytes. */
#ifndef SOCKSPEC_OPTIONS_H
#define SOCKSPEC_OPTIONS_H

#include "calls/symbols.h"
#include "calls/value.h"

const struct value_type *option_type(int level, int option, uint32_t length);
const struct value_type *control_type(int level, int type, uint32_t length);
const struct value_type *request_type(int64_t request, uint32_t length);

/* The constants that types of control data at a level are. */
enum symbol_group control_group(int level);

#endif
