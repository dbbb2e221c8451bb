using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Sla;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Snapshots;

/// <summary>All data of an aggregate is in its snapshot, and survives a round trip through JSON.</summary>
public sealed class SnapshotTests
{
    private static readonly DateTimeOffset Noon = new(2026, 12, 21, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Data that a host takes when it saves.</summary>
    private static readonly string[] NotStored = ["AggregateRoot.events", "Issue.history"];

    /// <summary>Data that is derived from stored data.</summary>
    private static readonly string[] Derived = ["SortKey", "TypeSortKey", "StatusSortKey", "SearchText"];

    private static IEnumerable<Type> PublicAggregates =>
        typeof(IAggregateRoot).Assembly.GetExportedTypes().Where(t => t.IsAssignableTo(typeof(IAggregateRoot)) && !t.IsAbstract);

    public static TheoryData<string> Aggregates => [.. PublicAggregates.Select(t => t.FullName!)];

    [Theory]
    [MemberData(nameof(Aggregates))]
    public void Each_member_of_an_aggregate_comes_back_from_its_snapshot(string name)
    {
        var type = typeof(IAggregateRoot).Assembly.GetType(name)!;
        var aggregate = new Samples().Of(type)!;

        var restored = RoundTrip(aggregate);

        foreach (var field in FieldsOf(type).Where(IsStored))
            Assert.True(Same(field.GetValue(aggregate), field.GetValue(restored)), $"{NameOf(field)} is not in the snapshot.");
    }

    [Fact]
    public void A_snapshot_shares_nothing_that_changes_with_its_aggregate()
    {
        var timer = (SlaTimer)new Samples().Of(typeof(SlaTimer))!;

        var snapshot = timer.ToSnapshot();
        var restored = SlaTimer.Restore(snapshot);

        Assert.NotSame(timer.Events[0], snapshot.Events[0]);
        Assert.NotSame(snapshot.Events[0], restored.Events[0]);
    }

    [Fact]
    public void An_entry_of_the_history_comes_back_from_json()
    {
        var change = new Samples().Of(typeof(IssueChange))!;

        var json = JsonSerializer.Serialize(change);
        var again = JsonSerializer.Deserialize<IssueChange>(json);

        Assert.DoesNotContain("null", json, StringComparison.Ordinal);
        Assert.Equal(json, JsonSerializer.Serialize(again)); // the values of fields come back as JSON
    }

    [Fact]
    public void Nothing_is_not_a_snapshot() =>
        Assert.All(
            PublicAggregates,
            type =>
                Assert.IsType<ArgumentNullException>(
                    Assert.Throws<TargetInvocationException>(() => type.GetMethod("Restore")!.Invoke(null, [null])).InnerException
                )
        );

    [Fact]
    public void A_missing_member_is_found()
    {
        var issue = (Issue)new Samples().Of(typeof(Issue))!;
        var forgetful = Issue.Restore(issue.ToSnapshot() with { DeletedAt = null });

        Assert.False(FieldsOf(typeof(Issue)).Where(IsStored).All(f => Same(f.GetValue(issue), f.GetValue(forgetful))));
    }

    internal static object RoundTrip(object aggregate)
    {
        var snapshot = aggregate.GetType().GetMethod("ToSnapshot")!.Invoke(aggregate, [])!;
        var stored = JsonSerializer.Deserialize(JsonSerializer.Serialize(snapshot, snapshot.GetType()), snapshot.GetType());
        return aggregate.GetType().GetMethod("Restore")!.Invoke(null, [stored])!;
    }

    private static bool IsStored(FieldInfo field) => !NotStored.Contains(NameOf(field)) && !Derived.Contains(Plain(field));

    private static string NameOf(FieldInfo field) => $"{field.DeclaringType!.Name.Split('`')[0]}.{Plain(field)}";

    private static string Plain(FieldInfo field) => field.Name.TrimStart('<').Split('>')[0];

    private static IEnumerable<FieldInfo> FieldsOf(Type? type) =>
        type is null || type == typeof(object)
            ? []
            : FieldsOf(type.BaseType)
                .Concat(
                    type.GetFields(
                        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly
                    )
                );

    private static bool Same(object? one, object? other)
    {
        if (one is null || other is null)
            return one is null && other is null;
        if (one is JsonElement json)
            return JsonElement.DeepEquals(json, (JsonElement)other);
        if (one is string or DateTimeOffset or DateOnly or TimeSpan or Guid || one.GetType().IsPrimitive || one.GetType().IsEnum)
            return one.Equals(other);
        if (one is decimal)
            return one.Equals(other);
        if (one is IDictionary map)
            return other is IDictionary second
                && map.Count == second.Count
                && map.Keys.Cast<object>().All(key => Same(map[key], second[key]));
        if (one is IEnumerable list)
            return list.Cast<object?>().Zip(((IEnumerable)other).Cast<object?>()).All(pair => Same(pair.First, pair.Second))
                && list.Cast<object?>().Count() == ((IEnumerable)other).Cast<object?>().Count();
        return one.GetType() == other.GetType() && FieldsOf(one.GetType()).All(f => Same(f.GetValue(one), f.GetValue(other)));
    }

    /// <summary>Creates objects in which no member has its default value.</summary>
    private sealed class Samples
    {
        private int count;

        public object? Of(Type type)
        {
            count++;
            if (Nullable.GetUnderlyingType(type) is { } inner)
                return Of(inner);
            if (type == typeof(string))
                return $"text {count}";
            if (type == typeof(bool))
                return true;
            if (type.IsEnum)
                return Enum.GetValues(type).Cast<object>().Last();
            if (type.IsPrimitive || type == typeof(decimal))
                return Convert.ChangeType(count, type, System.Globalization.CultureInfo.InvariantCulture);
            if (type == typeof(DateTimeOffset))
                return Noon.AddMinutes(count);
            if (type == typeof(DateOnly))
                return DateOnly.FromDateTime(Noon.Date).AddDays(count);
            if (type == typeof(TimeSpan))
                return TimeSpan.FromMinutes(count);
            if (type == typeof(Guid))
                return Guid.NewGuid();
            if (type == typeof(JsonElement))
                return JsonSerializer.SerializeToElement(new { value = count });
            if (type == typeof(Condition))
                return new AnyCondition([
                    new FieldCondition($"field {count}", ConditionOperator.In, JsonSerializer.SerializeToElement(1)),
                ]);
            if (type.IsGenericType)
                return Collection(type.GetGenericArguments());
            return Fill(RuntimeHelpers.GetUninitializedObject(type), type);
        }

        private object Collection(Type[] of)
        {
            if (of.Length == 1)
            {
                var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(of))!;
                list.Add(Of(of[0]));
                return list;
            }

            var map = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(of))!;
            map.Add(Of(of[0])!, Of(of[1]));
            return map;
        }

        private object Fill(object made, Type type)
        {
            foreach (var field in FieldsOf(type).Where(f => f.FieldType != typeof(List<IDomainEvent>)))
                field.SetValue(made, Of(field.FieldType));
            return made;
        }
    }
}
