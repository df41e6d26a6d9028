//! The substate database: a frozen base (genesis) under changed partitions. Copies share everything,
//! which makes snapshots cheap; the first write to a partition copies that partition.

use radix_common::prelude::*;
use radix_substate_store_interface::interface::*;
use std::sync::Arc;

type Partition = BTreeMap<DbSortKey, DbSubstateValue>;
type Partitions = BTreeMap<DbPartitionKey, Arc<Partition>>;

#[derive(Clone, Default)]
pub struct Store {
    base: Arc<Partitions>,
    changed: Arc<Partitions>,
}

impl Store {
    /// Makes the present content the base that all copies share.
    pub fn freeze(self) -> Self {
        let mut base = (*self.base).clone();
        base.extend((*self.changed).clone());
        Self {
            base: Arc::new(base),
            changed: Default::default(),
        }
    }

    fn partition(&self, key: &DbPartitionKey) -> Option<&Arc<Partition>> {
        self.changed.get(key).or_else(|| self.base.get(key))
    }

    fn partition_mut(&mut self, key: &DbPartitionKey) -> &mut Partition {
        let base = &self.base;
        let partition = Arc::make_mut(&mut self.changed)
            .entry(key.clone())
            .or_insert_with(|| base.get(key).cloned().unwrap_or_default());
        Arc::make_mut(partition)
    }
}

impl SubstateDatabase for Store {
    fn get_raw_substate_by_db_key(
        &self,
        partition_key: &DbPartitionKey,
        sort_key: &DbSortKey,
    ) -> Option<DbSubstateValue> {
        self.partition(partition_key)?.get(sort_key).cloned()
    }

    fn list_raw_values_from_db_key(
        &self,
        partition_key: &DbPartitionKey,
        from_sort_key: Option<&DbSortKey>,
    ) -> Box<dyn Iterator<Item = PartitionEntry> + '_> {
        let Some(partition) = self.partition(partition_key) else {
            return Box::new(std::iter::empty());
        };
        let own = |(key, value): (&DbSortKey, &DbSubstateValue)| (key.clone(), value.clone());
        match from_sort_key {
            Some(from) => Box::new(partition.range(from.clone()..).map(own)),
            None => Box::new(partition.iter().map(own)),
        }
    }
}

impl CommittableSubstateDatabase for Store {
    fn commit(&mut self, updates: &DatabaseUpdates) {
        for (node_key, node) in &updates.node_updates {
            for (partition_num, partition_updates) in &node.partition_updates {
                let partition = self.partition_mut(&DbPartitionKey {
                    node_key: node_key.clone(),
                    partition_num: *partition_num,
                });
                match partition_updates {
                    PartitionDatabaseUpdates::Delta { substate_updates } => {
                        for (key, update) in substate_updates {
                            match update {
                                DatabaseUpdate::Set(value) => {
                                    partition.insert(key.clone(), value.clone())
                                }
                                DatabaseUpdate::Delete => partition.remove(key),
                            };
                        }
                    }
                    PartitionDatabaseUpdates::Reset {
                        new_substate_values,
                    } => {
                        *partition = (new_substate_values.iter())
                            .map(|(key, value)| (key.clone(), value.clone()))
                            .collect();
                    }
                }
            }
        }
    }
}

impl ListableSubstateDatabase for Store {
    fn list_partition_keys(&self) -> Box<dyn Iterator<Item = DbPartitionKey> + '_> {
        let keys: BTreeSet<_> = self.base.keys().chain(self.changed.keys()).collect();
        let filled = keys.into_iter().filter(|key| {
            self.partition(key)
                .is_some_and(|partition| !partition.is_empty())
        });
        Box::new(filled.cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn updates(value: DatabaseUpdate) -> DatabaseUpdates {
        let partition = DbPartitionKey {
            node_key: vec![1],
            partition_num: 2,
        };
        DatabaseUpdates::from_delta_maps(indexmap!(
            partition => indexmap!(DbSortKey(vec![3]) => value)
        ))
    }

    fn read(store: &Store) -> Option<Vec<u8>> {
        let partition = DbPartitionKey {
            node_key: vec![1],
            partition_num: 2,
        };
        store.get_raw_substate_by_db_key(&partition, &DbSortKey(vec![3]))
    }

    #[test]
    fn copies_do_not_see_each_others_writes() {
        let mut store = Store::default();
        store.commit(&updates(DatabaseUpdate::Set(vec![7])));
        let mut store = store.freeze();
        let snapshot = store.clone();
        store.commit(&updates(DatabaseUpdate::Set(vec![8])));
        let later = store.clone();
        store.commit(&updates(DatabaseUpdate::Delete));
        assert_eq!(read(&snapshot), Some(vec![7]));
        assert_eq!(read(&later), Some(vec![8]));
        assert_eq!(read(&store), None);
        assert_eq!(store.list_partition_keys().count(), 0);
    }
}
