/* Tries: to make the check panic by odd keys, sizes, IDs, commands and addresses in the calls of System V,
   with dirty upper halves where the kernel reads an int.
   Held: each fails or succeeds as the kernel says; all is gone afterwards; the check goes on. */
#include "odd.h"
#include <sys/ipc.h>

int main(void) {
    const long dirty = 0x5a5a5a5a00000000;
    for (size_t i = 0; i < ODDS; i++)
        for (size_t k = 0; k < ODDS; k++) {
            long a = ODD[i], b = ODD[k];
            long id = syscall(SYS_shmget, dirty | 77, 4096, dirty | IPC_CREAT | 0600);
            syscall(SYS_shmget, a, b, IPC_CREAT | 0600);
            syscall(SYS_shmget, a, 1, b);
            syscall(SYS_shmat, a, b, 0);
            syscall(SYS_shmat, dirty | id, b, a);
            syscall(SYS_shmctl, dirty | id, dirty | IPC_STAT, b);
            syscall(SYS_shmctl, id, a, b);
            syscall(SYS_shmctl, a, b, a);
            syscall(SYS_shmdt, a);
            long set = syscall(SYS_semget, a, 1, IPC_CREAT | 0600);
            syscall(SYS_semget, dirty | 78, b, a);
            syscall(SYS_semctl, dirty | set, b, dirty | 17 /* SETALL */, a);
            syscall(SYS_semctl, set, a, b, a);
            syscall(SYS_semop, set, a, b);
            long queue = syscall(SYS_msgget, dirty | 79, dirty | IPC_CREAT | 0600);
            syscall(SYS_msgsnd, dirty | queue, a, b, IPC_NOWAIT);
            syscall(SYS_msgrcv, queue, a, b, a, IPC_NOWAIT);
            syscall(SYS_msgctl, queue, a, b);
            syscall(SYS_shmctl, id, IPC_RMID, 0);
        }
    return held("all of them are answered");
}
