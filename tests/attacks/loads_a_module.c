/* Tries: to get as far as the kernel's loader of modules, with an empty one.
   Held: EPERM or ENOSYS (the loader's own answer would be ENOEXEC). */
#include "attack.h"

int main(void) {
    long loaded = syscall(SYS_init_module, "", 0L, "");
    return loaded < 0 && errno != ENOEXEC ? must_fail(loaded, "") : got_out("the loader has answered");
}
