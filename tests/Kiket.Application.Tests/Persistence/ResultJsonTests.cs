using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Application.Common;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Idempotency;

namespace Kiket.Application.Tests.Persistence;

/// <summary>Results of commands are stored as JSON for idempotency keys, so each must survive a round trip.</summary>
public sealed class ResultJsonTests
{
    private const int MaxDepth = 6;

    public static TheoryData<Type> Results =>
        [
            .. typeof(DependencyInjection)
                .Assembly.GetTypes()
                .SelectMany(t => t.GetInterfaces())
                .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(ICommand<>))
                .Select(i => i.GetGenericArguments()[0])
                .Where(r => r.IsGenericType && r.GetGenericTypeDefinition() == typeof(Result<>))
                .Select(r => r.GetGenericArguments()[0])
                .Distinct(),
        ];

    [Theory]
    [MemberData(nameof(Results))]
    public void It_comes_back_as_it_was_with_the_members_that_an_answer_does_not_show(Type result)
    {
        var value = Sample(result, 0);

        var json = JsonSerializer.Serialize(value, result, IdempotencyStore.Json);
        var again = JsonSerializer.Deserialize(json, result, IdempotencyStore.Json);

        Assert.Equal(json, JsonSerializer.Serialize(again, result, IdempotencyStore.Json));
        using var document = JsonDocument.Parse(json);
        if (
            document.RootElement.ValueKind is JsonValueKind.Object
            && result.Namespace!.StartsWith("Kiket", StringComparison.Ordinal)
        )
            Assert.All(Members(result), m => Assert.True(document.RootElement.TryGetProperty(NameOf(m), out _), m.Name));
    }

    private static IEnumerable<PropertyInfo> Members(Type type) =>
        type.GetProperties().Where(p => p.GetIndexParameters().Length == 0 && (p.CanWrite || FieldOf(p) is not null));

    private static FieldInfo? FieldOf(PropertyInfo property) =>
        property.DeclaringType!.GetField($"<{property.Name}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic);

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? property.Name;

    private static object? Sample(Type type, int depth)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return Sample(inner, depth);
        if (type.IsEnum)
            return Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1);
        if (type == typeof(JsonElement))
            return JsonSerializer.SerializeToElement(new { some = new object?[] { 1.50m, "text", null } });
        if (Scalar(type) is { } scalar)
            return scalar;
        if (depth > MaxDepth)
            return null;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            var item = type.GetGenericArguments()[0];
            var list = Array.CreateInstance(item, 1);
            list.SetValue(Sample(item, depth + 1), 0);
            return list;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            var map = Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(type.GetGenericArguments()))!;
            map.GetType().GetMethod("Add")!.Invoke(map, ["key", Sample(type.GetGenericArguments()[1], depth + 1)]);
            return map;
        }

        Assert.True(
            type.Namespace!.StartsWith("Kiket", StringComparison.Ordinal) && !type.IsAbstract,
            $"There is no sample of {type}."
        );
        var made = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var member in Members(type))
            FieldOf(member)!.SetValue(made, Sample(member.PropertyType, depth + 1));
        return made;
    }

    private static object? Scalar(Type type) =>
        type switch
        {
            _ when type == typeof(string) => "text",
            _ when type == typeof(bool) => true,
            _ when type == typeof(int) => 7,
            _ when type == typeof(long) => 8L,
            _ when type == typeof(decimal) => 1.50m,
            _ when type == typeof(double) => 2.5,
            _ when type == typeof(DateOnly) => new DateOnly(2026, 3, 2),
            _ when type == typeof(TimeOnly) => new TimeOnly(9, 30),
            _ when type == typeof(DateTimeOffset) => new DateTimeOffset(2026, 3, 2, 9, 0, 0, 123, 456, TimeSpan.Zero),
            _ when type == typeof(Guid) => Guid.Empty,
            _ => null,
        };
}
