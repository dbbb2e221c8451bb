using System.Collections;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Kiket.Application.Tests.Persistence.SqlServer;

/// <summary>The answers of a database to the reads and bulk changes of one request, in order.</summary>
internal sealed class Transcript : DbCommandInterceptor
{
    private readonly Queue<object> answers = [];

    public int Remaining => answers.Count;

    public Rows NextRows() =>
        answers.TryDequeue(out var answer) && answer is Rows rows
            ? rows
            : throw new InvalidOperationException("The request reads more than it did on Sqlite.");

    public int NextCount() =>
        answers.TryDequeue(out var answer) && answer is int count
            ? count
            : throw new InvalidOperationException("The request changes more than it did on Sqlite.");

    public override async ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command,
        CommandExecutedEventData eventData,
        DbDataReader result,
        CancellationToken cancellationToken = default
    )
    {
        if (eventData.CommandSource is CommandSource.SaveChanges)
            return result;
        List<object[]> rows = [];
        while (await result.ReadAsync(cancellationToken))
        {
            var row = new object[result.FieldCount];
            result.GetValues(row);
            rows.Add(row);
        }

        await result.DisposeAsync();
        var read = new Rows([rows]);
        answers.Enqueue(read);
        return new RowReader(read);
    }

    public override ValueTask<int> NonQueryExecutedAsync(
        DbCommand command,
        CommandExecutedEventData eventData,
        int result,
        CancellationToken cancellationToken = default
    )
    {
        answers.Enqueue(result);
        return ValueTask.FromResult(result);
    }
}

/// <summary>Result sets as plain values.</summary>
internal sealed record Rows(IReadOnlyList<IReadOnlyList<object[]>> Sets);

/// <summary>
/// Reads values in the requested type: Sqlite stores instants as ticks, and decimals, days and ids of requests as text.
/// </summary>
internal sealed class RowReader(Rows rows) : DbDataReader
{
    private int set;
    private int row = -1;

    public override int FieldCount => rows.Sets[set].Count == 0 ? 0 : rows.Sets[set][0].Length;

    public override bool HasRows => rows.Sets[set].Count > 0;

    public override int RecordsAffected => -1;

    public override int Depth => 0;

    public override bool IsClosed => false;

    public override object this[int ordinal] => GetValue(ordinal);

    public override object this[string name] => throw new NotSupportedException();

    public override bool Read() => ++row < rows.Sets[set].Count;

    public override bool NextResult()
    {
        row = -1;
        return ++set < rows.Sets.Count;
    }

    public override object GetValue(int ordinal) => rows.Sets[set][row][ordinal];

    public override bool IsDBNull(int ordinal) => GetValue(ordinal) is DBNull;

    public override T GetFieldValue<T>(int ordinal) => (T)As(typeof(T), GetValue(ordinal));

    public override bool GetBoolean(int ordinal) => GetFieldValue<bool>(ordinal);

    public override byte GetByte(int ordinal) => GetFieldValue<byte>(ordinal);

    public override DateTime GetDateTime(int ordinal) => GetFieldValue<DateTime>(ordinal);

    public override decimal GetDecimal(int ordinal) => GetFieldValue<decimal>(ordinal);

    public override double GetDouble(int ordinal) => GetFieldValue<double>(ordinal);

    public override float GetFloat(int ordinal) => GetFieldValue<float>(ordinal);

    public override Guid GetGuid(int ordinal) => GetFieldValue<Guid>(ordinal);

    public override short GetInt16(int ordinal) => GetFieldValue<short>(ordinal);

    public override int GetInt32(int ordinal) => GetFieldValue<int>(ordinal);

    public override long GetInt64(int ordinal) => GetFieldValue<long>(ordinal);

    public override string GetString(int ordinal) => GetFieldValue<string>(ordinal);

    public override char GetChar(int ordinal) => throw new NotSupportedException();

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) =>
        throw new NotSupportedException();

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) =>
        throw new NotSupportedException();

    public override int GetValues(object[] values) => throw new NotSupportedException();

    public override string GetDataTypeName(int ordinal) => throw new NotSupportedException();

    /// <summary>The only requested name is that of a single column, which the provider then reads by its position.</summary>
    public override string GetName(int ordinal) => "";

    public override int GetOrdinal(string name) => throw new NotSupportedException();

    public override Type GetFieldType(int ordinal) => GetValue(ordinal).GetType();

    public override IEnumerator GetEnumerator() => throw new NotSupportedException();

    private static object As(Type type, object value) =>
        value switch
        {
            _ when type.IsInstanceOfType(value) => value,
            long ticks when type == typeof(DateTimeOffset) => new DateTimeOffset(ticks, TimeSpan.Zero),
            string text when type == typeof(DateOnly) => DateOnly.Parse(text, System.Globalization.CultureInfo.InvariantCulture),
            string text when type == typeof(Guid) => Guid.Parse(text),
            _ => Convert.ChangeType(value, type, System.Globalization.CultureInfo.InvariantCulture),
        };
}
