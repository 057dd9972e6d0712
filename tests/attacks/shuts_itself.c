/* Tries: to take all rights from its own executable, so that no case after this one can run it.
   Held: the call is refused; the file's mode is as it was. */
#include "attack.h"
#include <sys/stat.h>

int main(void) {
    return must_fail(chmod("/proc/self/exe", 0), "its own executable has mode 0");
}
