/* Tries: to have its calls answered by a filter of its own, set by prctl.
   Held: EACCES, EPERM, EINVAL or ENOSYS. */
#include "attack.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

int main(void) {
    struct sock_filter say_yes[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
                                    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_shmget, 0, 1),
                                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO),
                                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog filter = {4, say_yes};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return must_fail(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), "a filter of its own");
}
