#include <stdio.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <unistd.h>
int main(void) {
    struct rlimit none = { 0, 0 };
    int id = shmget(1001, 512, IPC_CREAT | 0666);
    setrlimit(RLIMIT_NPROC, &none);
    if (fork() < 0) perror("fork");
    shmctl(id, IPC_RMID, 0);
    return 0;
}
