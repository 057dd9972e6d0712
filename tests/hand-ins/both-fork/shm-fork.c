#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/shm.h>
#include <sys/wait.h>
int main(void)
{
    int shmid = shmget(1001, 512, IPC_CREAT | 0666), a[2], b[2];
    char *memory = shmat(shmid, NULL, 0), c;
    pipe(a); pipe(b);
    int one = fork();
    int two = fork();
    if (one == 0) {
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        printf("Process 1 : Written data to shared memory\n");
        write(a[1], "x", 1);
        read(b[0], &c, 1);
        printf("Process 1 : Responce -> %s\n", memory);
        exit(0);
    }
    if (two == 0) {
        read(a[0], &c, 1);
        printf("Process 2 : Received : %s\n", memory);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        write(b[1], "x", 1);
        exit(0);
    }
    wait(NULL); wait(NULL);
    shmctl(shmid, IPC_RMID, NULL);
    return 0;
}
