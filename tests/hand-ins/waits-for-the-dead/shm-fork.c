#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <signal.h>
#include <sys/shm.h>
#include <sys/wait.h>
struct shared { char text[256]; pthread_mutex_t m; pthread_cond_t c; int turn; };
static void until(struct shared *s, int t) { pthread_mutex_lock(&s->m); while (s->turn != t) pthread_cond_wait(&s->c, &s->m); pthread_mutex_unlock(&s->m); }
static void set(struct shared *s, int t) { pthread_mutex_lock(&s->m); s->turn = t; pthread_cond_broadcast(&s->c); pthread_mutex_unlock(&s->m); }
int main(void)
{
    int shmid, a[2], b[2];
    char *memory, c = 0;
    shmid = shmget(1001, 512, IPC_CREAT | 0666);
    if (shmid < 0) { perror("shmget"); exit(1); }
    memory = shmat(shmid, NULL, 0);
    if (memory == (void *) -1) { perror("shmat"); shmctl(shmid, IPC_RMID, NULL); exit(1); }
    if (pipe(a) < 0 || pipe(b) < 0) { perror("pipe"); exit(1); }
    struct shared *s = (void *) memory; pthread_mutexattr_t ma; pthread_condattr_t ca; pthread_mutexattr_init(&ma); pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED); pthread_condattr_init(&ca); pthread_condattr_setpshared(&ca, PTHREAD_PROCESS_SHARED); pthread_mutex_init(&s->m, &ma); pthread_cond_init(&s->c, &ca); s->turn = 1;
    pid_t one = fork();
    if (one < 0) { perror("fork"); shmctl(shmid, IPC_RMID, NULL); exit(1); }
    if (one == 0) {
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        printf("Process 1 : Written data to shared memory\n");
        set(s, 2);
        until(s, 1);
        printf("Process 1 : Responce -> %s\n", memory);
        shmdt(memory);
        exit(0);
    }
    pid_t two = fork();
    if (two < 0) { perror("fork"); kill(one, SIGKILL); shmctl(shmid, IPC_RMID, NULL); exit(1); }
    if (two == 0) {
        until(s, 2);
        printf("Process 2 : Received : %s\n", memory);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        set(s, 1);
        shmdt(memory);
        exit(0);
    }
    wait(NULL);
    wait(NULL);
    shmctl(shmid, IPC_RMID, NULL);
    return 0;
}
