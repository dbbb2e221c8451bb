using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Kiket.Domain.Approvals;
using Kiket.Domain.Calendars;
using Kiket.Domain.Capacity;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Milestones;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests;

/// <summary>
/// Every public method of the package is called with null for each of its arguments, for each member of their lists and for each
/// property of their records. It may return an error or throw <see cref="ArgumentException"/>, and nothing else.
/// </summary>
public sealed class NullArgumentTests
{
    private const string Clone = "<Clone>$";

    private static readonly JsonElement Text = JsonSerializer.SerializeToElement("text");
    private static readonly Condition IsSigned = Condition.OfField("signed", ConditionOperator.Equal, Text).Value;
    private static readonly WorkflowAction Notify = new("notify", Text) { Conditions = [IsSigned] };
    private static readonly ChecklistItem Proofread = new("proofread", "Proofread") { Condition = IsSigned };

    private static readonly Checklist Closing = new("closing", "Closing") { Items = [Proofread], OnComplete = [Notify] };

    private static readonly ApprovalRequirement Legal = new("legal", "Legal")
    {
        Approvers = [new(ApproverKind.Role, "manager")],
        Conditions = [IsSigned],
    };

    private static readonly SlaPolicy Day = SlaPolicy.Create(breach: TimeSpan.FromDays(1), condition: IsSigned).Value;

    private static readonly State Draft = new(new("draft"), "Draft", StateType.Initial, StateCategory.Pending)
    {
        Sla = [Day],
        Conditions = [IsSigned],
        Approvals = [Legal with { Key = "review" }],
        Checklist = Closing,
        OnEnter = [Notify],
    };

    private static readonly State Signed = new(new("signed"), "Signed", StateType.Final, StateCategory.Completed);

    private static readonly Transition Sign = new(Draft.Key, Signed.Key, "Sign", null)
    {
        Conditions = [IsSigned],
        Approvals = [Legal],
        RequiresFields = ["due_date"],
    };

    private static readonly WorkflowDefinition Contract = WorkflowDefinition
        .Create("Contract", Draft.Key, [Draft, Signed], [Sign])
        .Value;

    private static readonly CustomField Amount = new("amount", "Amount", CustomFieldType.Enum)
    {
        Options = ["text"],
        DefaultValue = Text,
    };

    private static readonly IssueFacts Facts = IssueFacts.From(
        Draft.Key,
        new Dictionary<string, JsonElement> { ["title"] = Text }
    );
    private static readonly MoveContext Context = new(Facts);
    private static readonly IReadOnlyList<TimeRange> Morning = [TimeRange.Create(0, 60).Value];
    private static readonly TeamMember Ada = new(new(1), 8, 0);
    private static readonly MovableIssue Audit = new(new(7), Ada.UserId, 3, [new(2)]);

    private static readonly TeamLimit Due = new(
        "due",
        new Dictionary<IssueId, decimal> { [Audit.IssueId] = 3 },
        new Dictionary<UserId, decimal> { [Ada.UserId] = 8 },
        new Dictionary<UserId, decimal> { [Ada.UserId] = 0 }
    );

    /// <summary>A valid value of each type that a public method takes or belongs to; a new one for each call.</summary>
    private static readonly Dictionary<Type, Func<object>> Valid = new object[]
    {
        new ApproverCandidate(new(1), "ada@example.com") { Roles = new HashSet<string>(), Parts = new HashSet<string>() },
        BusinessCalendar.AroundTheClock,
        TimeZoneInfo.Utc,
        WeekHours.Standard,
        SlaClock.Paused,
        Day,
        new SlaRule("backlog", new("backlog"), Day),
        SlaDue.Calculate(SlaClock.Paused, Day, BusinessCalendar.AroundTheClock),
        new ClockSpan(An.Noon, null),
        Morning[0],
        MemberCapacity.Create(8, BusinessCalendar.AroundTheClock, [new(new(2026, 3, 2), new(2026, 3, 3))]).Value,
        OpenWork.Create(3).Value,
        BalanceProblem.Create([Ada, Ada with { UserId = new(2) }], [Audit], [Due]).Value,
        new BalanceScore(1, 1, 1, 1),
        new IssueMove(Audit.IssueId, new(2)),
        new DaysOff(new(2026, 3, 2), new(2026, 3, 3)),
        Ada,
        Audit,
        Due,
        Error.Forbidden("No."),
        new ErrorDetail("title", "No."),
        ProjectSchema.BuiltIn,
        new IssueType(new("Task"), "Task"),
        Amount,
        IsSigned,
        Notify,
        Closing,
        Proofread,
        Legal,
        Draft,
        Sign,
        Contract,
        Facts,
        Context,
        new IssueEdit
        {
            Title = "Lease",
            CustomFields = new Dictionary<string, JsonElement> { ["amount"] = Text },
        },
        new IssueStart(),
        new MilestoneEdit { Name = "Audit" },
        new ProjectEdit { Name = "Legal" },
        An.Project.ToSnapshot(),
        An.Workflow.ToSnapshot(),
        An.Issue().ToSnapshot(),
        "text",
        new Dictionary<string, JsonElement> { ["title"] = Text },
        new Dictionary<DayOfWeek, IReadOnlyList<TimeRange>> { [DayOfWeek.Monday] = Morning },
    }
        .Select(o => (Func<object>)(() => o))
        .Concat([
            () => An.Issue(),
            () => Project.Restore(An.Project.ToSnapshot()),
            () => Workflow.Restore(An.Workflow.ToSnapshot()),
            () => Milestone.Plan(An.Project, new() { Name = "Audit" }, Ada.UserId, An.Noon).Value,
            () => Approval.Request(An.Issue(), Sign, Legal, Ada.UserId, An.Noon).Value,
            () =>
                SlaTimer
                    .Start(An.Issue(), new("backlog", new("backlog"), Day), null, BusinessCalendar.AroundTheClock, An.Noon)
                    .Value,
        ])
        .ToDictionary(make => make().GetType());

    public static TheoryData<string> Methods => [.. Tested.Select(NameOf)];

    private static IEnumerable<MethodBase> Tested =>
        typeof(Issue)
            .Assembly.GetExportedTypes()
            .Where(t => t is { IsEnum: false, IsInterface: false, ContainsGenericParameters: false })
            .SelectMany(t =>
                t.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            )
            .Where(m => !m.IsSpecialName && m.GetCustomAttribute<CompilerGeneratedAttribute>() is null)
            .Where(m => m.Name is not (nameof(Equals) or nameof(GetHashCode) or nameof(ToString)))
            .Where(m => m.GetParameters().Any(p => IsReference(p)));

    [Theory]
    [MemberData(nameof(Methods))]
    public void Null_is_refused_or_named(string name)
    {
        var method = Tested.Single(m => NameOf(m) == name);
        var wrong = method
            .GetParameters()
            .Where(IsReference)
            .SelectMany(p => Nonsense(p).Select(n => (Parameter: p, Nonsense: n)))
            .Select(c =>
                Validate(method, c.Parameter, c.Nonsense.Value, c.Nonsense.MustFail) is { } f ? $"{c.Nonsense.What}: {f}" : null
            )
            .OfType<string>();

        Assert.Empty(wrong);
    }

    /// <summary>Whether it creates an object of its own type. Its arguments are checked in every property.</summary>
    private static bool IsFactory(MethodInfo method) =>
        method.IsStatic
        && (
            method.ReturnType == method.DeclaringType
            || method.ReturnType == typeof(Result<>).MakeGenericType(method.DeclaringType!)
        );

    private static bool IsReference(ParameterInfo parameter) => !parameter.IsOut && !parameter.ParameterType.IsValueType;

    private static string? Validate(MethodBase method, ParameterInfo parameter, object? value, bool mustFail)
    {
        var target = method.IsStatic ? null : Valid[method.DeclaringType!]();
        object?[] arguments = [.. method.GetParameters().Select(p => p.Position == parameter.Position ? value : ArgumentFor(p))];
        try
        {
            var answer = method.Invoke(target, arguments);
            var isRefused = answer?.GetType().GetProperty(nameof(Result.IsRefused))?.GetValue(answer) is true;
            return mustFail && !isRefused ? "It is accepted." : null;
        }
        catch (TargetInvocationException e) when (e.InnerException is ArgumentException)
        {
            return null;
        }
        catch (TargetInvocationException e)
        {
            return $"{e.InnerException!.GetType().Name}{e.InnerException.StackTrace!.Split('\n')[0]}";
        }
    }

    private static IEnumerable<(string What, object? Value, bool MustFail)> Nonsense(ParameterInfo parameter)
    {
        var isFactory = IsFactory((MethodInfo)parameter.Member);
        yield return (
            parameter.Name!,
            null,
            new NullabilityInfoContext().Create(parameter).WriteState is NullabilityState.NotNull
        );
        if (ItemType(parameter.ParameterType) is { } item)
        {
            if (!item.IsValueType)
                yield return ($"{parameter.Name}[0]", ListOf(item, null), true);
            if (isFactory && Valid.TryGetValue(item, out var one))
            {
                foreach (var (what, broken) in Broken(one()))
                    yield return ($"{parameter.Name}[0].{what}", ListOf(item, broken), false);
            }
        }
        else if (
            isFactory
            && Valid.TryGetValue(parameter.ParameterType, out var valid)
            && !parameter.ParameterType.Name.EndsWith("Snapshot", StringComparison.Ordinal)
        )
        {
            foreach (var (what, broken) in Broken(valid()))
                yield return ($"{parameter.Name}.{what}", broken, false);
        }
    }

    /// <summary>A record with null in each of its properties in turn, including those of nested records.</summary>
    private static IEnumerable<(string What, object Broken)> Broken(object record)
    {
        var settable = record.GetType().GetProperties().Where(p => p.SetMethod is { IsPublic: true });
        foreach (var property in IsRecord(record) ? settable.Where(p => CanBeNull(p.PropertyType)) : [])
        {
            yield return (property.Name, With(record, property, NullOf(property.PropertyType)));
            var value = property.GetValue(record);
            if (ItemType(property.PropertyType) is not { IsValueType: false } item)
            {
                foreach (var (what, broken) in value is null ? [] : Broken(value))
                    yield return ($"{property.Name}.{what}", With(record, property, broken));
                continue;
            }

            yield return ($"{property.Name}[0]", With(record, property, ListOf(item, null)));
            foreach (var (what, broken) in ((IEnumerable<object>)value!).Take(1).SelectMany(Broken))
                yield return ($"{property.Name}[0].{what}", With(record, property, ListOf(item, broken)));
        }
    }

    private static object With(object record, PropertyInfo property, object? value)
    {
        var copy = record.GetType().GetMethod(Clone)!.Invoke(record, null)!;
        property.SetValue(copy, value);
        return copy;
    }

    private static bool IsRecord(object value) => value.GetType().GetMethod(Clone) is not null;

    private static bool CanBeNull(Type type) =>
        !type.IsValueType || type == typeof(StateKey) || type == typeof(TypeKey) || IsOptional(type);

    /// <summary>Keys contain null by default; an optional value is present and null.</summary>
    private static object? NullOf(Type type) =>
        IsOptional(type) ? Activator.CreateInstance(type, [null])
        : type.IsValueType ? Activator.CreateInstance(type)
        : null;

    private static bool IsOptional(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>);

    private static object? ArgumentFor(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (parameter.IsOut)
            return null;
        if (Valid.TryGetValue(type, out var valid))
            return valid();
        if (ItemType(type) is { } item)
            return ListOf(item, Valid.TryGetValue(item, out var one) ? one() : Activator.CreateInstance(item));
        return type.IsValueType
            ? Activator.CreateInstance(type)
            : Valid.Values.Select(make => make()).First(type.IsInstanceOfType);
    }

    private static Type? ItemType(Type type) =>
        type.IsGenericType
        && type.GetGenericTypeDefinition() is var open
        && (open == typeof(IReadOnlyList<>) || open == typeof(IEnumerable<>) || open == typeof(IReadOnlyCollection<>))
            ? type.GetGenericArguments()[0]
            : null;

    private static Array ListOf(Type item, object? only)
    {
        var list = Array.CreateInstance(item, 1);
        list.SetValue(only, 0);
        return list;
    }

    private static string NameOf(MethodBase method) =>
        $"{method.DeclaringType!.Name}.{method.Name}({string.Join(", ", method.GetParameters().Select(p => p.Name))})";
}
