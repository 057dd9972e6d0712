/* Numbers and addresses that a judge may fail to bear. */
#include "attack.h"
#include <limits.h>
#include <stdint.h>

static const long ODD[] = {
    0, -1, 1, INT_MIN, INT_MAX, LONG_MIN, LONG_MAX, LONG_MIN + 1, -4, -8, -4096, 4096,
    0x7ffffffff000, 0x7ffffffffffc, 0x800000000000, 0xffffffff, 0x80000000, 0x100000000,
    0x1234567800000000, (long)0x8000000000000007, (long)0xffff800000000000,
};
#define ODDS (sizeof ODD / sizeof *ODD)
