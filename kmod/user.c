// SPDX-License-Identifier: GPL-2.0
/* Limits on contexts, in all and per user. ucounts are not exported. */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/hashtable.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "hmacdev.h"

static unsigned int max_contexts = 65536;
module_param(max_contexts, uint, 0644);
MODULE_PARM_DESC(max_contexts, "maximum number of contexts");

static unsigned int max_user_contexts = 16384;
module_param(max_user_contexts, uint, 0644);
MODULE_PARM_DESC(max_user_contexts, "maximum number of contexts of one user");

struct hmacdev_user {
	struct hlist_node node;
	kuid_t uid;
	unsigned int contexts;
};

/* The users with contexts and the number of all contexts, under users_lock */
static DEFINE_HASHTABLE(users, 8);
static unsigned int contexts;
static DEFINE_SPINLOCK(users_lock);

/* Charge a context. The last 1/16 of max_contexts is for the privileged. */
static struct hmacdev_user *charge(struct hmacdev_user *new, bool privileged)
{
	const unsigned int most = READ_ONCE(max_contexts);
	struct hmacdev_user *user;

	spin_lock(&users_lock);
	hash_for_each_possible(users, user, node, __kuid_val(new->uid))
		if (uid_eq(user->uid, new->uid))
			break;
	user = user ?: new;
	if (!privileged && user->contexts >= READ_ONCE(max_user_contexts)) {
		user = ERR_PTR(-EDQUOT);
	} else if (contexts >= (privileged ? most : most - most / 16)) {
		user = ERR_PTR(-ENFILE);
	} else {
		contexts++;
		if (!user->contexts++)
			hash_add(users, &user->node, __kuid_val(user->uid));
	}
	spin_unlock(&users_lock);
	return user;
}

/*
 * Charge a context to the caller's real user ID until hmacdev_user_put(). Fails
 * with -EDQUOT at the limit for one user, and with -ENFILE at that for all.
 */
struct hmacdev_user *hmacdev_user_get(void)
{
	struct hmacdev_user *new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	struct hmacdev_user *user;

	if (!new)
		return ERR_PTR(-ENOMEM);
	new->uid = current_uid();
	user = charge(new, false);
	/* Check the capability only if needed: success sets PF_SUPERPRIV. */
	if (IS_ERR(user) &&
	    ns_capable_noaudit(&init_user_ns, CAP_SYS_RESOURCE))
		user = charge(new, true);
	if (user != new)
		kfree(new);
	return user;
}

void hmacdev_user_put(struct hmacdev_user *user)
{
	spin_lock(&users_lock);
	contexts--;
	if (--user->contexts)
		user = NULL;
	else
		hash_del(&user->node);
	spin_unlock(&users_lock);
	kfree(user);
}
