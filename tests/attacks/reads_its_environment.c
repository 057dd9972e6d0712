/* Tries: to find a variable in its own environment that the check was started with.
   Held: it is not there. */
#include "attack.h"

int main(int argc, char **argv) {
    const char *value = getenv(victim(argc, argv, 1));
    return value ? got_out(value) : held("no such variable");
}
