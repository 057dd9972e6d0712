/* Tries: to read the kernel's messages.
   Held: EPERM or ENOSYS. */
#include "attack.h"
#include <sys/klog.h>

int main(void) {
    char text[4096];
    return must_fail(klogctl(3, text, sizeof text), "the kernel's messages");
}
