using System.Text.Json.Nodes;

namespace Kiket.Benchmarks.Requests;

/// <summary>Checks that the floor does the same work as the product; otherwise the comparison would be meaningless.</summary>
internal static class SameWork
{
    private const int MostShown = 2_000;

    /// <summary>Sends each operation to both; their answers and added rows must be alike.</summary>
    public static async Task CheckAsync(
        BenchDatabase database,
        BenchApp product,
        BenchApp floor,
        IReadOnlyList<Operation> operations
    )
    {
        foreach (var operation in operations)
        {
            var (isRead, answer, added) = await SendAsync(database, product, operation);
            var (_, ofFloor, addedByFloor) = await SendAsync(database, floor, operation);
            if (isRead ? !JsonNode.DeepEquals(answer, ofFloor) : FieldsOf(answer) != FieldsOf(ofFloor))
            {
                throw new InvalidOperationException(
                    $"{operation.Name}: the floor answers\n{StartOf(ofFloor)}\nand the product\n{StartOf(answer)}"
                );
            }

            if (added != addedByFloor)
                throw new InvalidOperationException($"{operation.Name}: the floor adds {addedByFloor}, and the product {added}.");
        }
    }

    private static async Task<(bool IsRead, JsonNode Answer, RowCount Added)> SendAsync(
        BenchDatabase database,
        BenchApp app,
        Operation operation
    )
    {
        var before = await database.CountRowsAsync();
        using var first = operation.First();
        var isRead = first.Method == HttpMethod.Get;
        using var response = await app.Client.SendAsync(isRead ? first : operation.Next());
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"{operation.Name}: {app.Name} answered {(int)response.StatusCode}: {text}");
        return (isRead, JsonNode.Parse(text)!, await database.CountRowsAsync() - before);
    }

    private static string StartOf(JsonNode answer) =>
        answer.ToString() is var text && text.Length > MostShown ? text[..MostShown] : text;

    /// <summary>The names of the fields. Their values differ, because each write is of another issue.</summary>
    private static string FieldsOf(JsonNode answer) =>
        string.Join(' ', answer.AsObject().Select(f => f.Key).Order(StringComparer.Ordinal));
}
