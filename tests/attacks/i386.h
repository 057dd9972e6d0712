/* A call of i386, made by a program of x86-64. */
#include "attack.h"

static inline long i386(long number, long a, long b, long c) {
#ifdef __x86_64__
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "0"(number), "b"(a), "c"(b), "d"(c)
                     : "memory", "r8", "r9", "r10", "r11");
    if (result >= 0)
        return result;
    errno = (int)-result;
#else
    (void)number, (void)a, (void)b, (void)c;
    errno = ENOSYS;
#endif
    return -1;
}
