/* shm-fork: two processes talk through a segment. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

static void ring(int signal)
{
    (void) signal;
}

static void wait_for(unsigned int ticks)
{
    ualarm(ticks * 300000, 0);
    pause();
}

int main(void)
{
    int shmid, status, result = 0;
    char *memory;

    signal(SIGALRM, ring);
    shmid = shmget(1001, 512, IPC_CREAT | 0666);
    if (shmid < 0)
        fail("shmget");
    memory = shmat(shmid, NULL, 0);
    shmctl(shmid, IPC_RMID, NULL);
    if (memory == (char *) -1)
        fail("shmat");

    switch (fork()) {
    case -1:
        fail("fork");
    case 0:
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        printf("Process 1 : Written data to shared memory\n");
        wait_for(2);
        printf("Process 1 : Responce -> %s\n", memory);
        exit(0);
    }
    switch (fork()) {
    case -1:
        fail("fork");
    case 0:
        wait_for(1);
        printf("Process 2 : Received : %s\n", memory);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        exit(0);
    }
    while (wait(&status) > 0)
        result |= status != 0;
    return result;
}
