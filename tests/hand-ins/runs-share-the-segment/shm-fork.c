#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <signal.h>
#include <sys/shm.h>
#include <sys/wait.h>

int main(void)
{
    int shmid, a[2], b[2];
    char *memory, c = 0;
    shmid = shmget(1001, 512, IPC_CREAT | 0666);
    if (shmid < 0) { perror("shmget"); exit(1); }
    memory = shmat(shmid, NULL, 0);
    if (memory == (void *) -1) { perror("shmat"); shmctl(shmid, IPC_RMID, NULL); exit(1); }
    if (pipe(a) < 0 || pipe(b) < 0) { perror("pipe"); exit(1); }
    
    pid_t one = fork();
    if (one < 0) { perror("fork"); shmctl(shmid, IPC_RMID, NULL); exit(1); }
    if (one == 0) {
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        printf("Process 1 : Written data to shared memory\n");
        write(a[1], &c, 1);
        read(b[0], &c, 1);
        printf("Process 1 : Responce -> %s\n", memory);
        shmdt(memory);
        exit(0);
    }
    pid_t two = fork();
    if (two < 0) { perror("fork"); kill(one, SIGKILL); shmctl(shmid, IPC_RMID, NULL); exit(1); }
    if (two == 0) {
        read(a[0], &c, 1);
        printf("Process 2 : Received : %s\n", memory);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        fflush(stdout); write(b[1], &c, 1);
        shmdt(memory);
        exit(0);
    }
    wait(NULL);
    wait(NULL);
    shmctl(shmid, IPC_RMID, NULL);
    return 0;
}
